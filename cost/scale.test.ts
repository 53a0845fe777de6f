import { expect, test } from 'vitest'
import { scaleLimits, scaleRates, scaleRows } from './scale.ts'

test('from 40 to 100,000 events/s each step costs more than the one before', () => {
  const rows = scaleRows()
  expect(rows.map(({ eventsPerSecond }) => eventsPerSecond)).toEqual([...scaleRates])
  const bills = rows.map(({ bill }) => bill.usd)
  expect(bills).toEqual([...bills].sort((a, b) => a - b))
  expect(rows[0]).toMatchObject({ hosts: '1 × t4g.medium', log: 'one Redpanda', bill: { unpriced: [] } })
})

test('an outside Kafka comes when nine hosts are not enough, with prices that stay unknown', () => {
  expect(scaleRows().at(-1)).toMatchObject({
    log: 'outside Kafka, 3 × m7g.xlarge',
    bill: { unpriced: expect.arrayContaining(['ec2:m7g.xlarge']) },
  })
})

test('parts stop fitting in order, and the host of the live stream is the first', () => {
  const limits = scaleLimits()
  const rates = limits.map(({ eventsPerSecond }) => eventsPerSecond)
  expect(rates).toEqual([...rates].sort((a, b) => a - b))
  expect(limits[0]?.part).toContain('t3.medium')
  expect(rates[0]).toBeGreaterThan(37.4)
  // 12 partitions × 5,895 events a file (8 MiB of 1,423 B), six times an hour: 117.9 events/s
  expect(limits.find(({ part }) => part.startsWith('a file'))?.eventsPerSecond).toBeCloseTo(117.9, 0)
})
