import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Part } from './part.ts'
import { untilShown } from './until-shown.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** A part that shows a change only when it has been read `late` times since. */
function part(late: number): Part {
  let reads = 0
  return untilShown({
    id: 'thing',
    title: 'thing',
    name: 'wikiflow',
    needs: [],
    wanted: true,
    want: { size: 20, colour: 'red' },
    fixed: {},
    usage: [],
    find: async () => {
      const size = reads++ < late ? 10 : 20
      return { id: 'thing-1', ours: true, facts: { size, colour: 'blue' } }
    },
    create: async () => {},
    change: async () => {},
    tag: async () => {},
    remove: async () => {},
  })
}

const differences = [{ property: 'size', before: 10, after: 20, kind: 'change' }] as const
const found = { id: 'thing-1', ours: true, facts: {} }

async function change(late: number): Promise<string[]> {
  const said: string[] = []
  const work = { refs: () => found, tags: [], say: (text: string) => said.push(text) }
  const done = part(late).change(found, differences, work)
  const failed = done.catch(() => {})
  await vi.runAllTimersAsync()
  await failed
  await done
  return said
}

test('a change is done when AWS shows it; what was not changed is not waited for', async () => {
  expect(await change(0)).toEqual([])
  expect(await change(2)).toEqual(['as before in size', 'as before in size'])
})

test('a change that AWS never shows is told after a minute', async () => {
  await expect(change(Number.POSITIVE_INFINITY)).rejects.toThrow(
    'thing wikiflow is still as before in size after 1 min',
  )
})
