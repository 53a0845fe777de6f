import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { askLake, untiledPartitions } from './lake.ts'
import { createStack, type Stack } from './stack.ts'

let stack: Stack | undefined
afterEach(() => stack?.remove())

type Tally = {
  sent: { unique: number }
  events: { unique: number }
  dead: { unique: number }
  duplicates: number
}
type Sums = { events: number; dead: number }

const faults = [
  'cutEvery=20000',
  'duplicate.rate=0.01',
  'canariesPerHour=36000',
  'unknownFields.rate=0.05',
  'poison.broken_json.rate=0.001',
  'poison.wrong_types.rate=0.001',
  'poison.missing_meta_dt.rate=0.0005',
  'poison.missing_meta_id.rate=0.0005',
  'poison.nul_text.rate=0.001',
  'poison.lone_surrogate.rate=0.001',
  'poison.invalid_utf8.rate=0.0005',
  'poison.comment_10mb.count=2',
  'poison.event_2mb.count=2',
]

test('100,000 events with duplicates, canaries, cuts and poison: what was sent is counted once or a dead letter', async () => {
  stack = await createStack()
  const events = 100_000
  const flags = ['--source', 'simulate', '--rate', '2500', '--events', String(events)]
  stack.start([...flags, ...faults.flatMap(fault => ['--fault', fault])], { LAKE_ROTATE_S: '10' })
  const sums =
    'SELECT coalesce(sum(events), 0)::int AS events, coalesce(sum(dead), 0)::int AS dead FROM count_ledger'
  const [counted] = await stack.until<Sums>(
    sums,
    ([row]) => row !== undefined && row.events + row.dead >= events,
    240_000,
  )
  // Nothing more may come: duplicates and rewinds had their chance.
  await sleep(2_000)
  expect(await stack.query<Sums>(sums)).toEqual([counted])
  const tally = (await (await fetch(stack.run().sourceTallyUrl ?? '')).json()) as Tally
  expect(tally.sent.unique).toBe(events)
  expect(tally.duplicates).toBeGreaterThan(500)
  expect(counted).toEqual({ events: tally.events.unique, dead: tally.dead.unique })

  const lakeRows = 'SELECT coalesce(sum(rows), 0)::int AS n FROM lake_range WHERE written_at IS NOT NULL'
  await stack.until<{ n: number }>(lakeRows, ([row]) => row?.n === events, 240_000)
  const { lakeUrl } = stack.run()
  expect(await askLake(lakeUrl, untiledPartitions)).toEqual([])
  expect(await askLake(lakeUrl, 'SELECT count(*)::int AS n, count(error)::int AS dead FROM lake')).toEqual([
    { n: events, dead: counted?.dead },
  ])
  const audit = await stack.audit()
  expect(audit, audit.report).toMatchObject({ code: 0 })
  expect((await stack.interrupt()).code).toBe(0)
}, 700_000)
