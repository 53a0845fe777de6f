import { type Window } from '../window.ts'
import { type Query } from './query.ts'

export type FlowRow = {
  /** How many minutes have any count. */
  minutes: number
  processed: number
  dead: number
  late: number
  repaired: number
  simulated: number
  replayed: number
  /** Events by delay, in the order of `delayBounds`. */
  delays: number[]
}

/** What flowed through in the window, by event time, dead letters by append time; always one row. */
export function flow(window: Window): Query<FlowRow> {
  const sum = (column: string) => `coalesce(sum(${column}), 0)::float8`
  const delays = ['1s', '2s', '5s', '10s', '30s', '60s', '300s', 'over'].map(name => sum(`delay_${name}`))
  return {
    text: `
      SELECT count(DISTINCT minute)::float8 AS minutes, ${sum('processed')} AS processed, ${sum('dead')} AS dead, ${sum('late')} AS late, ${sum('repaired')} AS repaired,
             ${sum('simulated')} AS simulated, ${sum('replayed')} AS replayed,
             ARRAY[${delays.join(', ')}] AS delays
        FROM flow_minute WHERE minute >= $1 AND minute < $2`,
    values: [window.from, window.to],
  }
}

export type DeadReasonRow = { reason: string; count: number; inWindow: number; lastAt: Date }

/** Dead letters of the last hours by reason, among the newest `cap` of them: a flood must not slow the page. */
export function deadByReason(hours: number, windowMinutes: number, cap: number): Query<DeadReasonRow> {
  return {
    text: `
      SELECT reason, count(*)::float8 AS count, max(appended_at) AS "lastAt",
             (count(*) FILTER (WHERE appended_at >= now() - make_interval(mins => $2)))::float8 AS "inWindow"
        FROM (SELECT reason, appended_at FROM dead_letter
               WHERE appended_at >= now() - make_interval(hours => $1)
               ORDER BY appended_at DESC LIMIT $3) newest
       GROUP BY reason ORDER BY count DESC, reason`,
    values: [hours, windowMinutes, cap],
  }
}

export type DeadLetterRow = {
  partition: number
  offset: number
  reason: string
  detail: string
  at: Date
  bytes: number
}

/** The newest dead letters, whenever they came; never their bytes. */
export function newestDead(limit: number): Query<DeadLetterRow> {
  return {
    text: `
      SELECT partition, "offset"::float8, reason, left(detail, 200) AS detail, appended_at AS at,
             value_bytes::float8 AS bytes
        FROM dead_letter ORDER BY appended_at DESC LIMIT $1`,
    values: [limit],
  }
}
