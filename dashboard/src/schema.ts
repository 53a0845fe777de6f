import { z } from 'zod'

/** Minutes of event time that every figure of activity covers, unless it says otherwise. */
export const windowMinutes = 30

/** Seconds without a count after which the page says STALE; the workers write every 0.5–2 s. */
export const staleAfterS = 60

const time = z.iso.datetime().describe('UTC')
const count = z.number().min(0)

const editors = z.object({
  registered: count,
  anonymous: count.describe('IPv4, IPv6 and temporary accounts'),
  bot: count,
  hidden: count.describe('the source names no editor'),
})

const wikiName = {
  wiki: z.string().describe('database name, such as enwiki'),
  serverName: z.string().nullable(),
}

const change = z.object({
  partition: z.int(),
  offset: z.int(),
  at: time,
  ...wikiName,
  type: z.string(),
  title: z.string(),
  user: z.string().nullable(),
  editor: z.string(),
  minor: z.boolean(),
  revert: z.boolean(),
  bytes: z.number().nullable().describe('signed; null where the event has none'),
  comment: z.string().describe('its first 200 characters'),
})

/** Half-open bounds of a delay in seconds: more than `overS`, at most `atMostS` (null: no upper bound). */
const delayBucket = z.object({ overS: z.number(), atMostS: z.number().nullable() })

const service = z.object({
  name: z.string(),
  state: z.enum(['ready', 'not ready', 'unreachable']),
  reason: z.string().nullable(),
  partitions: z.array(z.int()).nullable(),
  lag: z.number().nullable().describe('records in the log that it has not counted'),
  heldRows: z.number().nullable().describe('records that wait for their Parquet file'),
  perSecond: z.number().nullable().describe('events that came from the source'),
})

/** All that the page shows, as one object: `GET /api/snapshot`, and each `snapshot` event of `/api/stream`. */
export const snapshotSchema = z.object({
  at: time.describe('when the database was read, by its own clock'),
  state: z
    .enum(['empty', 'stale', 'behind', 'current'])
    .describe(
      `stale: nothing counted for ${staleAfterS} s; behind: counting, but live events over ${staleAfterS} s old`,
    ),
  source: z.object({
    kind: z.enum(['none', 'live', 'simulated', 'replayed', 'mixed']),
    events: count.describe('in the window, dead letters among them'),
    simulated: count,
    replayed: count,
  }),
  counted: z.object({
    total: count.describe('records since counting began, dead letters among them'),
    dead: count.describe('dead letters since counting began'),
    lastAt: time.nullable(),
    newestEventAt: time.nullable().describe('when the newest of the events counted last happened'),
    perSecond: z.number().nullable().describe('null until two readings exist'),
    perSecondOverS: z.number(),
  }),
  window: z.object({
    from: time,
    to: time,
    minutes: z.int(),
    basis: z.enum(['now', 'newest data']).describe('newest data: nothing happened in the last minutes'),
  }),
  minutes: z.array(z.object({ minute: time, complete: z.boolean(), ...editors.shape })),
  totals: z.object({ events: count, bytesAdded: count, bytesRemoved: z.number(), reverts: count }),
  editors,
  types: z.array(z.object({ type: z.string(), events: count })),
  wikiCount: count,
  wikis: z.array(
    z.object({
      ...wikiName,
      project: z.string().nullable(),
      language: z.string().nullable(),
      events: count,
      bytesAdded: count,
      bytesRemoved: z.number(),
    }),
  ),
  pages: z.object({
    hour: time,
    readAt: time,
    rows: z.array(
      z.object({
        ...wikiName,
        title: z.string(),
        edits: count,
        editors: count,
        bytesAdded: count,
        bytesRemoved: z.number(),
        reverts: count,
      }),
    ),
  }),
  changes: z.array(change),
  flow: z.object({
    minutes: count.describe('minutes of the window that have any count'),
    processed: count,
    late: count,
    repaired: count,
    delay: z.object({ count, p50: delayBucket.nullable(), p95: delayBucket.nullable() }),
  }),
  clusterId: z.string().nullable(),
  partitions: z.array(
    z.object({
      partition: z.int(),
      first: count,
      next: count.describe('the first offset not yet counted'),
      countedAt: time,
      newestEventAt: time.nullable(),
      sealed: count.nullable().describe('the first offset not yet in a sealed range of the lake'),
    }),
  ),
  deadLetters: z.object({
    hours: z.int(),
    windowMinutes: z.int(),
    inWindow: count,
    cappedAt: count.nullable().describe('only that many of the newest were looked at'),
    reasons: z.array(z.object({ reason: z.string(), count, lastAt: time })),
    latest: z.array(
      z.object({
        partition: z.int(),
        offset: z.int(),
        reason: z.string(),
        detail: z.string(),
        at: time,
        bytes: count,
      }),
    ),
  }),
  lake: z.object({
    last: z.object({ key: z.string(), writtenAt: time, rows: count, bytes: count.nullable() }).nullable(),
    unwritten: z.object({ ranges: count, rows: count, oldestSealedAt: time.nullable() }),
  }),
  services: z.array(service).nullable().describe('null when SERVICE_URLS is not set'),
})

export type Snapshot = z.infer<typeof snapshotSchema>
export type Change = z.infer<typeof change>
export type DelayBucket = z.infer<typeof delayBucket>
export type Service = z.infer<typeof service>
