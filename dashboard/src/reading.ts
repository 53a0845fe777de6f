import { type Pool } from 'pg'
import { newestCluster, newestEventOf } from './progress.ts'
import { type ActivityRow, activity, type PageRow, topPages } from './queries/activity.ts'
import { type ChangeRow, changes } from './queries/changes.ts'
import {
  type DeadLetterRow,
  type DeadReasonRow,
  deadByReason,
  type FlowRow,
  flow,
  newestDead,
} from './queries/flow.ts'
import { type LakeFileRow, lastLakeFile, type UnwrittenRow, unwritten } from './queries/lake.ts'
import { clock, ledger, type PositionRow, positions } from './queries/position.ts'
import { rowsOf } from './queries/query.ts'
import { inReadOnly } from './read-only.ts'
import { windowMinutes } from './schema.ts'
import { chooseWindow, hourOf, type Window } from './window.ts'

/** How many rows each list of the page has. */
export const listed = { wikis: 50, pages: 10, changes: 30, deadLetters: 5 } as const

/** Dead letters are shown for a day, and searched no further than the newest 10,000 of them. */
export const deadHours = 24
export const deadCap = 10_000

/** Sums over a whole hour and the whole ledger are read this often, in ms: on db.t4g.micro each costs 0.1 s of CPU. */
const slowMs = 10_000

/** What the database held at one moment: every row was read in one snapshot. */
export type Reading = {
  now: Date
  window: Window
  positions: PositionRow[]
  activity: ActivityRow[]
  changes: ChangeRow[]
  flow: FlowRow | undefined
  deadReasons: DeadReasonRow[]
  deadLetters: DeadLetterRow[]
  lakeFile: LakeFileRow | undefined
  unwritten: UnwrittenRow | undefined
} & SlowReading
type SlowReading = { hour: Date; slowAt: Date; pages: PageRow[]; dead: number }

/** Reads all that the page shows in one read-only transaction. @throws the database's error. */
export function createReader(pool: Pool): () => Promise<Reading> {
  let slow: SlowReading | undefined
  return () =>
    inReadOnly(pool, async client => {
      const [time] = await rowsOf(client, clock())
      const now = time?.now ?? new Date()
      const counted = newestCluster(await rowsOf(client, positions()))
      const newest = newestEventOf(counted) ?? time?.newestMinute ?? null
      const window = chooseWindow(now, newest, windowMinutes)
      const hour = hourOf(window)
      const age = slow ? now.getTime() - slow.slowAt.getTime() : Number.POSITIVE_INFINITY
      if (slow?.hour.getTime() !== hour.getTime() || age >= slowMs) {
        const pages = await rowsOf(client, topPages(hour, listed.pages))
        const [sum] = await rowsOf(client, ledger())
        slow = { hour, slowAt: now, pages, dead: sum?.dead ?? 0 }
      }
      return {
        now,
        window,
        positions: counted,
        activity: await rowsOf(client, activity(window)),
        changes: await rowsOf(client, changes(window, { wiki: null, hideBots: false }, listed.changes)),
        flow: (await rowsOf(client, flow(window)))[0],
        deadReasons: await rowsOf(client, deadByReason(deadHours, windowMinutes, deadCap)),
        deadLetters: await rowsOf(client, newestDead(listed.deadLetters)),
        lakeFile: (await rowsOf(client, lastLakeFile()))[0],
        unwritten: (await rowsOf(client, unwritten()))[0],
        ...slow,
      }
    })
}
