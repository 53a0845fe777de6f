import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { UserError } from '../ops/lib/script.ts'
import { mayBe, pick, rules, services } from './price-list.ts'
import { unitOf } from './prices.ts'
import { readOffer } from './read-offer.ts'
import { type SampleProduct, samplePriceList, sampleProduct } from './sample-price-list.ts'

const region = 'eu-central-1'

async function picked(item: string, ...products: SampleProduct[]) {
  const rule = rules.find(one => one.item === item)
  if (!rule) throw new Error(`no rule for ${item}`)
  const text = samplePriceList(rule.service, region, products)
  const offer = await readOffer(
    Readable.from([Buffer.from(text)]),
    { service: rule.service, region },
    product => mayBe(rule, product, region),
  )
  return pick(rule, offer)
}

const host = {
  instanceType: 't3.medium',
  operatingSystem: 'Linux',
  preInstalledSw: 'NA',
  tenancy: 'Shared',
  capacitystatus: 'Used',
  usagetype: 'EUC1-BoxUsage:t3.medium',
  operation: 'RunInstances',
}
const linux = sampleProduct('LINUX00000000001', 'Hrs', '0.0480000000', host, 'Compute Instance')

test('two products for an item are an error that names the rule and both', async () => {
  const twin = { ...linux, sku: 'TWIN000000000001' }
  await expect(picked('ec2:t3.medium', linux, twin)).rejects.toThrow(UserError)
  await expect(picked('ec2:t3.medium', linux, twin)).rejects.toThrow(
    /^ec2:t3\.medium: 2 products match, and one is wanted: LINUX00000000001 EUC1-BoxUsage:t3\.medium RunInstances · TWIN0.* \(AmazonEC2 eu-central-1; rule: Compute Instance, instanceType t3\.medium, /,
  )
})

test('no product for an item is an error that names the rule', async () => {
  const other = { ...linux, family: 'Dedicated Host' }
  await expect(picked('ec2:t3.medium', other)).rejects.toThrow(
    /^ec2:t3\.medium: no product matches \(AmazonEC2 eu-central-1; rule: Compute Instance, /,
  )
})

test.each([
  ['Windows', { operatingSystem: 'Windows', operation: 'RunInstances:0002' }],
  ['SQL Server on it', { preInstalledSw: 'SQL Web' }],
  ['a dedicated host', { tenancy: 'Dedicated' }],
  [
    'an unused reservation',
    { capacitystatus: 'UnusedCapacityReservation', usagetype: 'EUC1-UnusedBox:t3.medium' },
  ],
  ['another size', { instanceType: 't3.large', usagetype: 'EUC1-BoxUsage:t3.large' }],
  ['a Local Zone', { locationType: 'AWS Local Zone', usagetype: 'HAM1-BoxUsage:t3.medium' }],
  ['another region', { regionCode: 'eu-central-2' }],
])('%s is not taken for the host', async (_, attributes) => {
  const other = sampleProduct('OTHER00000000001', 'Hrs', '9', { ...host, ...attributes }, 'Compute Instance')
  expect(await picked('ec2:t3.medium', other, linux)).toEqual({
    item: 'ec2:t3.medium',
    sku: linux.sku,
    usd: 0.048,
  })
})

test('the first step that costs something is the price, in whatever order the steps stand', async () => {
  const out = (steps: SampleProduct['steps']): SampleProduct => ({
    sku: 'OUT0000000000001',
    family: 'Data Transfer',
    unit: 'GB',
    steps,
    attributes: {
      usagetype: 'EUC1-DataTransfer-Out-Bytes',
      transferType: 'AWS Outbound',
      toLocation: 'External',
      fromRegionCode: region,
    },
  })
  const found = { item: 'transfer:out', sku: 'OUT0000000000001', usd: 0.09 }
  expect(
    await picked(
      'transfer:out',
      out([
        ['10240', '0.085'],
        ['0', '0.09'],
        ['51200', '0.07'],
      ]),
    ),
  ).toEqual(found)
  expect(
    await picked(
      'transfer:out',
      out([
        ['1', '0.09'],
        ['0', '0.0000000000'],
      ]),
    ),
  ).toEqual(found)
  await expect(picked('transfer:out', out([['0', '0']]))).rejects.toThrow('has no price in USD')
})

test('requests are priced one by one in the list, and by the thousand here', async () => {
  const put = sampleProduct('PUT0000000000001', 'Requests', '0.0000054', { usagetype: 'EUC1-Requests-Tier1' })
  expect((await picked('s3:put', put)).usd).toBe(0.0054)
})

test('a price by another unit than the item’s is not taken', async () => {
  await expect(picked('ec2:t3.medium', { ...linux, unit: 'Quarter' })).rejects.toThrow("priced by 'Quarter'")
  await expect(picked('ec2:t3.medium', { ...linux, steps: [['0', 'free']] })).rejects.toThrow(
    'no price in USD',
  )
  await expect(picked('ec2:t3.medium', { ...linux, steps: [['0', '-1']] })).rejects.toThrow('no price in USD')
})

test('storage of PostgreSQL comes before storage of any engine, and another engine’s is no substitute', async () => {
  const storage = (sku: string, databaseEngine: string, usd: string) =>
    sampleProduct(sku, 'GB-Mo', usd, {
      usagetype: 'EUC1-RDS:GP3-Storage',
      deploymentOption: 'Single-AZ',
      databaseEngine,
    })
  const own = storage('OWN0000000000001', 'PostgreSQL', '0.137')
  const any = storage('ANY0000000000001', 'Any', '0.5')
  const oracle = storage('ORACLE0000000001', 'Oracle', '0.9')
  expect((await picked('rds:gp3', any, own, oracle)).sku).toBe(own.sku)
  expect((await picked('rds:gp3', any, oracle)).sku).toBe(any.sku)
  await expect(picked('rds:gp3', oracle)).rejects.toThrow('no product matches')
})

test('each item has one rule, a unit that the price file knows, and a service that is read', () => {
  const items = rules.map(({ item }) => item)
  expect(new Set(items).size).toBe(items.length)
  expect(items.filter(item => unitOf(item) === undefined)).toEqual([])
  expect(rules.filter(({ service }) => !services.includes(service))).toEqual([])
})
