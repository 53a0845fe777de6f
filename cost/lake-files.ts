import { topic } from '../runtime/src/contract.ts'
import { type Assumptions } from './assumptions.ts'

/** Mean size of an event's JSON in the live stream, in bytes: of 22,415 events of August 2026. */
const eventBytes = 1_423
/**
 * Bytes of an event in the lake, GZIP: measured on simulated events of 1,418 B of JSON, 1,850 to a file, as one
 * partition gathers in ten minutes.
 */
const lakeBytesPerEvent = 210
/** Events after which a file is written early: `LAKE_MAX_ROWS`, and an eighth of `LAKE_MAX_BYTES`. */
const mostEventsAFile = Math.min(10_000, Math.floor((64 * 2 ** 20) / 8 / eventBytes))
/** S3 moves no smaller object to infrequent access by itself (S3 user guide, "Lifecycle transitions"), in bytes. */
const leastMovedBytes = 128 * 2 ** 10

/** Files that the lake writes, and what they hold. */
export type LakeFiles = {
  anHour: number
  /** Mean size, in bytes. */
  bytes: number
  /** Of all files in a day. */
  bytesADay: number
  /** Whether they are large enough to be moved to infrequent access. */
  movable: boolean
}

/**
 * The lake's files: each partition writes one when its time is up, when the hour ends, for a file holds one hour, or
 * when it has gathered as much as it may.
 */
export function lakeFiles({
  eventsPerSecond,
  rotateS,
}: Pick<Assumptions, 'eventsPerSecond' | 'rotateS'>): LakeFiles {
  const eventsAnHour = eventsPerSecond * 3_600
  const byTime = Math.ceil(3_600 / rotateS) * topic.partitions
  const anHour = Math.min(eventsAnHour, Math.max(byTime, eventsAnHour / mostEventsAFile))
  const bytes = anHour > 0 ? (eventsAnHour * lakeBytesPerEvent) / anHour : 0
  return {
    anHour,
    bytes,
    bytesADay: eventsAnHour * 24 * lakeBytesPerEvent,
    movable: bytes >= leastMovedBytes,
  }
}
