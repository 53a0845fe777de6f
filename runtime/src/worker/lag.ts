import { setTimeout as sleep } from 'node:timers/promises'
import { type Position } from './assignment.ts'
import { assertInLog, assertNotPastEnd, type LogEnds, type LogName } from './claim.ts'

/** What is known of the lag: records not counted yet by partition, and when that was so, ms since 1970. */
export type Lag = { byPartition: ReadonlyMap<number, bigint>; atMs: number }

/**
 * Compares where counting stands with the log's ends.
 * @param before the offsets that stood in the look before: a log that begins after an offset which hasn't moved
 *   since, and of which no batch is in hand, has lost records.
 * @throws OffsetError when the log lost what is not counted yet, or ends before what is.
 */
export async function measureLag(
  name: LogName,
  positions: ReadonlyMap<number, Position>,
  before: ReadonlyMap<number, bigint>,
  readEnds: () => Promise<ReadonlyMap<number, LogEnds>>,
): Promise<ReadonlyMap<number, bigint>> {
  const offsets = new Map([...positions].map(([partition, { next }]) => [partition, next]))
  const ends = await readEnds()
  const lag = new Map<number, bigint>()
  for (const [partition, next] of offsets) {
    const log = ends.get(partition)
    if (!log) continue
    const key = { ...name, partition }
    if (before.get(partition) === next && !positions.get(partition)?.busy) assertInLog(key, next, log)
    else assertNotPastEnd(key, next, log)
    lag.set(partition, log.end > next ? log.end - next : 0n)
  }
  return lag
}

/** How often the lag is looked at, in ms. */
const everyMs = 1_000

/** Measures the lag again and again until the signal. An error is told, and doesn't end it. */
export async function watchLag(options: {
  name: LogName
  positions: () => ReadonlyMap<number, Position>
  readEnds: () => Promise<ReadonlyMap<number, LogEnds>>
  signal: AbortSignal
  onLag: (byPartition: ReadonlyMap<number, bigint>) => void
  onError: (error: unknown) => void
}): Promise<void> {
  const { name, signal, readEnds } = options
  let before = new Map<number, bigint>()
  while (!signal.aborted) {
    try {
      const positions = options.positions()
      const byPartition = await measureLag(name, positions, before, readEnds)
      before = new Map([...positions].map(([partition, { next }]) => [partition, next]))
      if (!signal.aborted) options.onLag(byPartition)
    } catch (error) {
      if (!signal.aborted) options.onError(error)
    }
    await sleep(everyMs, undefined, { signal }).catch(() => {})
  }
}
