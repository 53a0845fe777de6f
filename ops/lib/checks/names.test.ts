import { expect, test } from 'vitest'
import { type Found, type Part } from '../cloud/part.ts'
import { makePlan } from '../cloud/plan.ts'
import { appliedMark } from '../cloud/tags.ts'
import { namesCheck } from './names.ts'

const want = { encryption: 'AES256' }
const part = (id: string, found: Partial<Found> | undefined): Part => ({
  id,
  title: 'S3 bucket',
  name: `wikiflow-${id}`,
  needs: [],
  wanted: true,
  want,
  fixed: {},
  usage: [],
  find: async () => found && { id, ours: true, facts: want, applied: appliedMark(want), ...found },
  create: async () => {},
  change: async () => {},
  tag: async () => {},
  remove: async () => {},
})
const look = (...parts: Part[]) => namesCheck.run({ plan: () => makePlan(parts) }, () => {})

test("a thing of the stack's name that somebody else made stops the way, by its name", async () => {
  expect(await look(part('raw', { ours: false, id: 'b-1' }), part('logs', undefined))).toEqual({
    state: 'failed',
    found: expect.stringMatching(
      /^S3 bucket wikiflow-raw exists \(b-1\) and doesn't carry this stack's tags/,
    ),
  })
})

test('names are free, or the own ones of a stack that is there', async () => {
  expect((await look(part('raw', undefined), part('logs', undefined))).found).toBe(
    'all free: 2 parts are to be made',
  )
  expect((await look(part('raw', {}), part('logs', undefined))).found).toBe(
    '1 parts of this stack are there, 1 are to be made',
  )
})
