import { type RecentChange } from './event.ts'
import { instant, minuteMs } from './instant.ts'
import { type LogRecord } from './record.ts'
import { type Row } from './tables.ts'

/** An event that came into the log this long after it happened, in ms, is late. */
const lateMs = 60_000

type FlowCount = Exclude<keyof Row<'flow_minute'>, 'minute' | 'partition'>

/** Upper bounds, in ms, of the classes of delay, by their columns; `delay_over` takes the rest. */
const delayClasses: readonly [FlowCount, number][] = [
  ['delay_1s', 1_000],
  ['delay_2s', 2_000],
  ['delay_5s', 5_000],
  ['delay_10s', 10_000],
  ['delay_30s', 30_000],
  ['delay_60s', 60_000],
  ['delay_300s', 300_000],
]

/** What an event adds to the pipeline's own counts, at the event's minute; the clock is in ms since 1970. */
export function eventFlow(
  partition: number,
  record: LogRecord,
  event: RecentChange,
  countedAtMs: number,
): Row<'flow_minute'> {
  const delayMs = countedAtMs - event.dtMs
  const delay = delayClasses.find(([, upTo]) => delayMs <= upTo)?.[0] ?? 'delay_over'
  return {
    ...nothing(event.dtMs, partition, record),
    processed: 1,
    late: record.appendedAtMs - event.dtMs > lateMs ? 1 : 0,
    repaired: event.repaired ? 1 : 0,
    [delay]: 1,
  }
}

/** What a dead letter adds: it has no event time, so it counts at the minute in which it came into the log. */
export function deadLetterFlow(partition: number, record: LogRecord): Row<'flow_minute'> {
  return { ...nothing(record.appendedAtMs, partition, record), dead: 1 }
}

function nothing(ms: number, partition: number, record: LogRecord): Row<'flow_minute'> {
  return {
    minute: instant(ms, minuteMs),
    partition,
    processed: 0,
    dead: 0,
    late: 0,
    simulated: record.source === 'simulate' ? 1 : 0,
    replayed: record.source === 'replay' ? 1 : 0,
    repaired: 0,
    delay_1s: 0,
    delay_2s: 0,
    delay_5s: 0,
    delay_10s: 0,
    delay_30s: 0,
    delay_60s: 0,
    delay_300s: 0,
    delay_over: 0,
  }
}
