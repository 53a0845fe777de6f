import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectionOptions } from '../../runtime/src/platform/postgres.ts'
import { startTestPostgres, type TestPostgres } from '../../test/engines/postgres.ts'
import { activity, topPages } from './queries/activity.ts'
import { changes } from './queries/changes.ts'
import { deadByReason, flow, newestDead } from './queries/flow.ts'
import { lastLakeFile, unwritten } from './queries/lake.ts'
import { clock, positions } from './queries/position.ts'
import { type Query, rowsOf } from './queries/query.ts'
import { chooseWindow, hourOf } from './window.ts'

/** A fiftieth of a day of the whole stream, spread over the day: enough for the planner to want the indexes. */
const rows = `
  INSERT INTO recent_change
  SELECT g % 12, g / 12, now() - g * interval '1.35 s', 'wiki' || g % 300, 'edit', 0, 'Page ' || g,
         'Editor' || g % 500, CASE WHEN g % 5 < 2 THEN 'bot' ELSE 'registered' END, false, false, g, repeat('x', 80)
    FROM generate_series(1, 64000) g;
  INSERT INTO activity_minute
  SELECT date_trunc('minute', now()) - m * interval '1 minute', 'wiki' || w, 'edit', 'bot', 1,1,1,1,1,1,1,1,1,1,1,1
    FROM generate_series(1, 1440) m, generate_series(1, 20) w;
  INSERT INTO flow_minute
  SELECT date_trunc('minute', now()) - m * interval '1 minute', p, 1,1,1,1,1,1,1,1,1,1,1,1,1,1
    FROM generate_series(1, 1440) m, generate_series(0, 11) p;
  INSERT INTO page_hour
  SELECT date_trunc('hour', now()) - h * interval '1 hour', 'wiki', 'Page ' || g, g % 40, 1, 1, 1, '{1,2}'
    FROM generate_series(0, 23) h, generate_series(1, 1000) g;
  INSERT INTO dead_letter
  SELECT g % 12, g, 'not_json', 'not JSON', now() - g * interval '20 s', 1, NULL FROM generate_series(1, 20000) g;
  INSERT INTO consumer_offset SELECT 'c', 'wiki.recentchange', p, 0, 5333, now() FROM generate_series(0, 11) p;
  INSERT INTO lake_offset SELECT 'c', 'wiki.recentchange', p, 0, 5000 FROM generate_series(0, 11) p;
  INSERT INTO lake_range SELECT p, b * 10, b * 10 + 9, 10, p || '-' || b, now(), now(), 1, ''
    FROM generate_series(0, 11) p, generate_series(0, 1500) b;
  ANALYZE`

let postgres: TestPostgres
let client: Client
beforeAll(async () => {
  postgres = await startTestPostgres()
  const database = await postgres.database()
  const owner = new Client(connectionOptions(database.owner))
  await owner.connect()
  await owner.query(rows)
  await owner.end()
  client = new Client(connectionOptions(database.reader))
  await client.connect()
})
afterAll(async () => {
  await client?.end()
  await postgres?.stop()
})

const now = new Date()
const window = chooseWindow(now, now, 30)
const queries: Record<string, Query<unknown>> = {
  clock: clock(),
  positions: positions(),
  activity: activity(window),
  'top pages': topPages(hourOf(window), 10),
  changes: changes(window, { wiki: null, hideBots: false }, 30),
  'changes of a quiet wiki': changes(window, { wiki: 'no such wiki', hideBots: true }, 30),
  flow: flow(window),
  'dead letters by reason': deadByReason(24, 30, 1_000),
  'newest dead letters': newestDead(5),
  'last lake file': lastLakeFile(),
  'unwritten ranges': unwritten(),
}

test.for(Object.entries(queries))(
  'the query for %s walks no large table from end to end',
  async ([, query]) => {
    const explain: Query<Record<'QUERY PLAN', string>> = {
      text: `EXPLAIN ${query.text}`,
      values: query.values,
    }
    const plan = await rowsOf(client, explain)
    const scanned = plan.flatMap(line => /Seq Scan on (\w+)/.exec(line['QUERY PLAN'])?.[1] ?? [])
    const small = ['wiki', 'consumer_offset', 'lake_offset']
    expect(scanned.filter(table => !small.includes(table))).toEqual([])
  },
)

test('a flood of dead letters is counted only as far as the cap', async () => {
  const [row] = await rowsOf(client, deadByReason(24, 30, 1_000))
  expect(row).toMatchObject({ reason: 'not_json', count: 1_000 })
  expect(row?.inWindow).toBeGreaterThan(80)
  expect(row?.inWindow).toBeLessThan(91)
})
