import { LogRangeError } from '../platform/kafka.ts'

/** First offset the log holds, and the next to be written. */
export type LogBounds = { start: bigint; end: bigint }

/**
 * The next offset for the lake must still be in the log, or be its end.
 * @throws LogRangeError that says what happened to the log, with partition and offsets.
 */
export function assertInLog(partition: number, next: bigint, log: LogBounds | undefined): void {
  if (!log) throw new LogRangeError(`partition ${partition} is no longer part of the topic`)
  if (next < log.start) {
    throw new LogRangeError(
      `partition ${partition}: the log's retention took offsets ${next} to ${log.start - 1n} before the lake had ` +
        'them. They are lost to the lake; it does not skip them by itself.',
    )
  }
  if (next > log.end) {
    throw new LogRangeError(
      `partition ${partition}: the lake continues at offset ${next}, but the log ends at ${log.end}: the topic was ` +
        'made anew. Its offsets must not share a lake and a database with the old ones.',
    )
  }
}
