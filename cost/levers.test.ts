import { expect, test } from 'vitest'
import { testStack } from '../ops/lib/cloud/test-context.ts'
import { levers } from './levers.ts'

function usdOf(list: ReturnType<typeof levers>, start: string): number | undefined {
  return list.find(({ what }) => what.startsWith(start))?.usdAMonth
}

test('what changes the bill is computed by the model, the largest first', () => {
  const list = levers(testStack)
  expect(usdOf(list, 'all vCPUs of the database')).toBeCloseTo(98.55, 6)
  expect(usdOf(list, 'unlimited CPU credits')).toBeCloseTo(58.4, 6)
  expect(usdOf(list, 't4g.medium in place of t3.medium')).toBeCloseTo(730 * (0.0336 - 0.0416), 6)
  // 10 of 24 hours of host and database: 10/24 × (30.368 + 11.68)
  expect(usdOf(list, 'pausing it')).toBeCloseTo(-17.52, 6)
  const sizes = list.map(({ usdAMonth }) => Math.abs(usdAMonth))
  expect(sizes).toEqual([...sizes].sort((a, b) => b - a))
})

test('a host fewer and less storage are offered where there is too much, and hold the pipeline', () => {
  const large = {
    ...testStack,
    host: { ...testStack.host, count: 2 },
    database: { ...testStack.database, storageGb: 50 },
  }
  expect(usdOf(levers(large), 'one host fewer')).toBeCloseTo(-(30.368 + 2.4 + 3.65), 6)
  expect(usdOf(levers(large), '20 GB of RDS storage')).toBeCloseTo(-30 * 0.115, 6)
  expect(usdOf(levers(testStack), 'one host fewer')).toBeUndefined()
})

test('what has no known price is not offered: in a region without prices nothing is', () => {
  expect(levers({ ...testStack, region: 'mars-north-1' })).toEqual([])
})
