import { type Kafka, type OffsetRange, readLog } from '../platform/kafka.ts'
import { type ReadLog } from './log-pass.ts'

/** The log is there, but gives nothing more, whatever kafkajs tries. */
class StalledError extends Error {
  override name = 'StalledError'
}

/**
 * Reads the log by a short-lived group, and gives up when no record comes for `stallMs`: kafkajs alone would ask a
 * broker whose segment is damaged for ever.
 * @throws StalledError that names the partitions and offsets that are waited for; the errors of `readLog`.
 */
export function readSteadily(kafka: Kafka, stallMs: number, signal?: AbortSignal): ReadLog {
  return async (ranges, onRecord) => {
    const stalled = new AbortController()
    const next = new Map([...ranges].map(([partition, { from }]) => [partition, from]))
    const giveUp = () => stalled.abort(new StalledError(tell(ranges, next, stallMs)))
    let timer = setTimeout(giveUp, stallMs)
    try {
      await readLog({
        kafka,
        ranges,
        signal: signal ? AbortSignal.any([signal, stalled.signal]) : stalled.signal,
        onRecord: async (partition, message) => {
          clearTimeout(timer)
          await onRecord(partition, message)
          next.set(partition, BigInt(message.offset) + 1n)
          timer = setTimeout(giveUp, stallMs)
        },
      })
    } finally {
      clearTimeout(timer)
    }
  }
}

function tell(
  ranges: ReadonlyMap<number, OffsetRange>,
  next: ReadonlyMap<number, bigint>,
  stallMs: number,
): string {
  const waited = [...ranges].flatMap(([partition, { to }]) => {
    const from = next.get(partition) ?? to
    return from < to ? [`partition ${partition} from offset ${from} on`] : []
  })
  return `the broker gives no record for ${stallMs / 1_000} s of ${waited.join(', ')}: its own log says why`
}
