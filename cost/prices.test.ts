import { expect, test } from 'vitest'
import { UserError } from '../ops/lib/script.ts'
import { findPrice, parsePrices, unitOf } from './prices.ts'

const where = 'https://example.org/list.json'
const good = { item: 'ec2:t3.medium', region: 'us-east-1', unit: 'hour', usd: 0.0416, source: 'list' }

function file(...prices: unknown[]): string {
  return JSON.stringify({ sources: { list: { where, date: '2026-08-31' } }, prices })
}

test.each([
  ['{"prices": [', /prices\.json: the file: .*JSON/],
  ['[]', /the file/],
  [file({ ...good, usd: '0.04' }), /entry 1, .*"0\.04".*expected number/s],
  [file({ ...good, usd: 0 }), /entry 1/],
  [file({ ...good, usd: -1 }), /entry 1/],
  [file({ ...good, usd: 416 }), /100 at most/],
  [file({ ...good, region: 'Virginia' }), /a region such as us-east-1/],
  [file({ ...good, currency: 'EUR' }), /currency/],
  [file({ ...good, sku: 'short' }), /16 capitals and digits/],
  [file({ ...good, source: 'hearsay' }), /source must be one of list/],
  [file(good, { ...good, usd: 0.05 }), /entry 2, .*ec2:t3\.medium in us-east-1 has a price already/],
  [file(good, 'junk'), /entry 2, "junk"/],
  [file({ ...good, item: 'lambda:arm' }), /unit must be that of a known item/],
])('garbage among the prices is named, with its entry: %s', (text, sentence) => {
  expect(() => parsePrices(text)).toThrow(UserError)
  expect(() => parsePrices(text)).toThrow(sentence)
})

test('a price per request where it is for 1000 is not taken', () => {
  const put = { item: 's3:put', region: 'us-east-1', unit: 'hour', usd: 0.005, source: 'list' }
  expect(() => parsePrices(file(put))).toThrow('unit must be 1000 requests')
  expect(unitOf('ec2:surplus-cpu')).toBe('vCPU-hour')
  expect(unitOf('s3:infrequent-access-transition')).toBe('1000 requests')
})

test('a price says where it was read, and when', () => {
  expect(parsePrices(file(good))).toEqual([{ ...good, source: where, date: '2026-08-31' }])
  expect(findPrice('rds:db.t4g.micro', 'us-east-1')).toMatchObject({ usd: 0.016, sku: '9HPEGXQTDDGH53C9' })
})

test('what has no price stays unknown: no other region’s is taken', () => {
  expect(findPrice('rds:db.t4g.micro', 'ap-southeast-1')).toBeUndefined()
  expect(findPrice('ec2:t3.medium', 'mars-north-1')).toBeUndefined()
  expect(findPrice('constructor', 'us-east-1')).toBeUndefined()
})

test('what a default stack is made of has a price in five regions; what has none is named here', () => {
  const items = [
    ...['ec2:t3.medium', 'ec2:t4g.medium', 'ec2:surplus-cpu', 'ec2:surplus-cpu-t4g', 'ebs:gp3', 'ipv4'],
    ...['rds:db.t4g.micro', 'rds:gp3', 's3:storage', 's3:put', 's3:get'],
  ]
  const unknown = ['us-east-1', 'us-west-2', 'eu-west-1', 'eu-central-1', 'ap-southeast-1'].flatMap(region =>
    items.filter(item => !findPrice(item, region)).map(item => `${item} in ${region}`),
  )
  expect(unknown).toEqual(['rds:db.t4g.micro in ap-southeast-1'])
})
