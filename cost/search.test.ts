import { expect, test } from 'vitest'
import { testStack } from '../ops/lib/cloud/test-context.ts'
import { assumed } from './assumptions.ts'
import { hostMachine } from './machines.ts'
import { whyNotFit } from './needs.ts'
import { cheapestOptions } from './search.ts'

test('the cheapest stack that holds the live stream is the ARM host, and it says what is given up', () => {
  const [best, ...others] = cheapestOptions(testStack, assumed, undefined)
  expect(best).toMatchObject({
    stack: { host: { type: 't4g.medium', count: 1 } },
    differenceUsd: expect.closeTo(-5.84, 6),
    changes: ['host.type t4g.medium'],
    givesUp: [expect.stringContaining('images must be built for it')],
  })
  expect(others).toHaveLength(2)
})

test('every option holds the pipeline, and none is cheaper than the one before', () => {
  for (const eventsPerSecond of [1, 37.4, 500, 3_000]) {
    const options = cheapestOptions(testStack, { ...assumed, eventsPerSecond }, undefined, 20)
    expect(options.length).toBeGreaterThan(0)
    for (const { stack, assumptions } of options) expect(whyNotFit(stack, assumptions)).toEqual([])
    const bills = options.map(({ bill }) => bill.usd)
    expect(bills).toEqual([...bills].sort((a, b) => a - b))
  }
})

test('asked for one architecture, no other is named', () => {
  const options = cheapestOptions(testStack, assumed, 'x86_64', 20)
  expect(options.every(({ stack }) => hostMachine(stack.host.type)?.architecture === 'x86_64')).toBe(true)
})

test('more storage than the tables need is given back, and what that takes is said', () => {
  const wide = { ...testStack, database: { ...testStack.database, storageGb: 100 } }
  expect(cheapestOptions(wide, assumed, 'x86_64')[0]).toMatchObject({
    changes: ['database.storageGb 20'],
    givesUp: [expect.stringContaining('storage never shrinks')],
    differenceUsd: expect.closeTo(-80 * 0.115, 6),
  })
})

test('without prices there is no cheapest, and for too many events neither', () => {
  expect(cheapestOptions({ ...testStack, region: 'mars-north-1' }, assumed, undefined)).toEqual([])
  expect(cheapestOptions(testStack, { ...assumed, eventsPerSecond: 1e5 }, undefined)).toEqual([])
})
