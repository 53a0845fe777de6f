import { expect, test } from 'vitest'
import { UserError } from '../../script.ts'
import { killAndWatch, type Moment, momentLine } from './chaos.ts'
import { type Pipeline } from './pipeline.ts'
import { asked, commands, threeWorkers, view } from './test-view.ts'
import { type View } from './view.ts'

const totals = { records: 9, events: 9, deadLetters: 0, lakeRows: 9, lakeObjects: 1, lag: 0 }
const dead = [asked('worker 1', { state: 'unreachable' }), ...threeWorkers.slice(1)]

/** A pipeline whose page says these things, one after another; the last for ever. */
function saying(views: (View | Error)[], verdict: 'conserved' | 'not conserved' = 'conserved'): Pipeline {
  let killed = false
  const kill = async () => {
    killed = true
  }
  const victim = { name: 'worker 1', partitions: [0, 3], kill }
  return {
    ...{ name: 'a stack', workers: 3, rotateS: 600, address: undefined, commands },
    look: async () => {
      if (!killed) throw new Error('it is looked at before the kill')
      const [next] = views.length > 1 ? views.splice(0, 1) : views
      if (next === undefined || next instanceof Error) throw next
      return next
    },
    page: async () => '',
    tasks: async () => ({ services: [], release: undefined, places: [], uneven: 0 }),
    audit: async () => ({ verdict, totals }),
    readObject: async () => new Uint8Array(),
    isSourceOver: async () => false,
    secrets: async () => [],
    told: async () => [],
    victim: async () => victim,
    alone: async (_, work) => void (await work(new AbortController().signal)),
  }
}

const counted = (next: number) => Array.from({ length: 12 }, (_, partition) => ({ partition, next }))
const at = (second: number, changes: Partial<View> = {}) =>
  view({ at: `2026-11-23T08:00:0${second}.000Z`, ...changes })
const { signal } = new AbortController()
const quick = { signal, everyMs: 1, mostMs: 5_000 }

async function kill(pipeline: Pipeline, options: { mostMs?: number; signal?: AbortSignal } = {}) {
  const told: string[] = []
  const tell = ({ what }: Moment) => void told.push(what)
  const run = killAndWatch(pipeline, await pipeline.victim(), { ...quick, ...options, tell })
  return {
    told,
    error: await run.then(
      () => undefined,
      error => error,
    ),
  }
}

test('a takeover is told as it happens, and ends with the audit; a page that is away for a moment is no end', async () => {
  const views = [
    at(0, { services: dead }),
    new UserError("the dashboard doesn't answer"),
    at(1, { services: dead, partitions: counted(105) }),
    at(2, { partitions: counted(110) }),
  ]
  expect(await kill(saying(views))).toEqual({
    told: [
      'killed: worker 1',
      '2 of 3 workers are ready',
      'partitions 0, 3 are counted on',
      '3 of 3 workers are ready again',
      '12 over 3 workers: 4 + 4 + 4 again',
      'conserved: 9 records in the log = 9 counted + 0 dead letters; the lake holds 9 of them in 1 objects',
    ],
    error: undefined,
  })
})

test('one that does not come is given up with what is missing, and where to look', async () => {
  const { told, error } = await kill(saying([at(0, { services: dead })]), { mostMs: 30 })
  expect(told).toEqual(['killed: worker 1', '2 of 3 workers are ready'])
  expect(error).toBeInstanceOf(UserError)
  expect(error.message).toBe('after 0 s partitions 0, 3 stand still: STATUS; LOGS worker')
})

test('what is lost by it is an error', async () => {
  const views = [
    at(0, { services: dead }),
    at(1, { partitions: counted(105) }),
    at(2, { partitions: counted(110) }),
  ]
  const { error } = await kill(saying(views, 'not conserved'))
  expect(error.message).toMatch(/^NOT conserved: .*AUDIT shows where$/)
})

test('Ctrl-C ends the watching', async () => {
  const { error } = await kill(saying([at(0)]), { signal: AbortSignal.abort(new UserError('interrupted')) })
  expect(error.message).toBe('interrupted')
})

test('moments stand in columns', () => {
  expect(momentLine({ afterMs: 1_240, what: 'a' })).toBe('    1.2 s  a')
  expect(momentLine({ afterMs: 61_000, what: 'b' })).toBe('   61.0 s  b')
})
