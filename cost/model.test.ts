import { expect, test } from 'vitest'
import {
  addressUsage,
  creditDays,
  dailyUsd,
  databaseUsage,
  hostUsage,
  lakeUsage,
  pricedLines,
  totalOf,
} from './model.ts'

const keepAll = { lake: { infrequentAccessAfterDays: 60 } }
const usages = [
  ...hostUsage('t3.medium', 1, 30),
  ...databaseUsage('db.t4g.micro', 20),
  ...addressUsage(1),
  ...lakeUsage(keepAll),
]

test('the bill of the default stack is the one computed by hand', () => {
  const lines = pricedLines(usages, 'us-east-1').map(({ usage, usd }) => [
    `${usage.name}: ${usage.what}`,
    usd?.toFixed(2),
  ])
  expect(lines).toEqual([
    ['EC2 host: t3.medium, 730 h', '30.37'], // 730 × 0.0416
    ['EBS: gp3, 30 GB', '2.40'], // 30 × 0.08
    ['RDS instance: db.t4g.micro, 730 h', '11.68'], // 730 × 0.016
    ['RDS storage: gp3, 20 GB', '2.30'], // 20 × 0.115
    ['public IPv4: address, 730 h', '3.65'], // 730 × 0.005
    ['S3 requests: PUT, 52,560 requests', '0.26'], // 12 partitions × 6 an hour × 730 h, at 0.005 a thousand
    ['S3 storage: 19.0 GB of 30 days', '0.44'], // 37.4 × 86,400 × 30 × 210 B / 2³⁰, × 0.023
  ])
  const total = totalOf(pricedLines(usages, 'us-east-1'))
  expect(total).toEqual({ usd: expect.closeTo(51.1, 2), unpriced: [] })
  expect(dailyUsd(total.usd)).toBeCloseTo(1.68, 2)
  expect(Math.floor(creditDays(total.usd, 100))).toBe(59)
})

test('a total without some prices is a lower bound that names what is missing, each once', () => {
  const lines = pricedLines([...usages, ...addressUsage(2)], 'sa-east-1')
  expect(lines.find(({ usage }) => usage.item === 'ipv4')).toEqual({ usage: usages[4] })
  expect(totalOf(lines)).toEqual({
    usd: 0,
    unpriced: ['ec2:t3.medium', 'ebs:gp3', 'rds:db.t4g.micro', 'rds:gp3', 'ipv4', 's3:put', 's3:storage'],
  })
})

test('three hosts cost three times one host', () => {
  const [host, disk] = hostUsage('t3.medium', 3, 30)
  expect(host).toEqual({
    item: 'ec2:t3.medium',
    name: 'EC2 host',
    what: '3 × t3.medium, 730 h',
    quantity: 2_190,
  })
  expect(disk).toEqual({ item: 'ebs:gp3', name: 'EBS', what: '3 × gp3, 30 GB', quantity: 90 })
})

test('an old lake pays for moving its files to infrequent access, and for what it keeps alone', () => {
  const lake = { infrequentAccessAfterDays: 30, deleteAfterDays: 90 }
  const usage = lakeUsage({ lake }, 365)
  expect(usage.map(({ item }) => item)).toEqual([
    's3:put',
    's3:storage',
    's3:infrequent-access',
    's3:infrequent-access-transition',
  ])
  const [, warm, cold] = usage
  expect(cold?.quantity).toBeCloseTo(2 * (warm?.quantity ?? 0), 9)
  expect(lakeUsage({ lake }, 1_000)).toEqual(usage)
})

test('a credit lasts for ever where nothing costs, and no day when it is used up or overdrawn', () => {
  expect(creditDays(0, 100)).toBe(Number.POSITIVE_INFINITY)
  expect(creditDays(50, 0)).toBe(0)
  expect(creditDays(50, -3)).toBe(0)
})
