import { type Readiness } from '../platform/health.ts'
import { type LakeContext, type LakePartition, startPartition } from './partition.ts'
import { type LakeRecord } from './record.ts'

/** The partitions that are ours, and the memory they share. */
export type Lake = {
  /** Takes up what is newly ours, and lets go of what no longer is. */
  assign(partitions: readonly number[]): void
  /** The next record that a partition wants; undefined while it wants none. */
  next(partition: number): bigint | undefined
  /** That record, of every partition that wants one. */
  positions(): Map<number, bigint>
  add(partition: number, records: readonly LakeRecord[]): void
  /** No more records until there is room again. */
  full(): boolean
  held(): { rows: number; bytes: number; oldestAppendedAtMs: number | undefined }
  tick(): void
  flush(): Promise<void>
  stop(): void
  readiness(): Readiness
}

/** Past this part of the memory, the largest partition is written early. */
const pressure = 0.5

/** Holds at most `maxBytes` of record values, and what one fetch brings on top. */
export function createLake(context: LakeContext, maxBytes: number): Lake {
  const partitions = new Map<number, LakePartition>()
  const alarms = new Map<number, string>()
  let last: { key: string; at: string; rows: number; bytes: number } | undefined
  let objects = 0
  const shared: LakeContext = {
    ...context,
    onWritten: (range, object) => {
      objects++
      last = { key: range.key, at: new Date().toISOString(), rows: range.rows, bytes: object.bytes }
      context.onWritten(range, object)
      relieve()
    },
    onAlarm: (partition, error) => {
      alarms.set(partition, error.message)
      context.onAlarm(partition, error)
    },
  }

  const held = () => {
    const sum = { rows: 0, bytes: 0, oldestAppendedAtMs: undefined as number | undefined }
    for (const partition of partitions.values()) {
      const { rows, bytes, oldestAppendedAtMs: oldest } = partition.held()
      sum.rows += rows
      sum.bytes += bytes
      if (oldest !== undefined) sum.oldestAppendedAtMs = Math.min(sum.oldestAppendedAtMs ?? oldest, oldest)
    }
    return sum
  }

  function relieve(): void {
    if (held().bytes < maxBytes * pressure) return
    const [largest] = [...partitions.values()].sort((a, b) => b.held().bytes - a.held().bytes)
    void largest?.flush()
  }

  return {
    assign: ours => {
      for (const [partition, running] of partitions) {
        if (ours.includes(partition)) continue
        running.stop()
        partitions.delete(partition)
        alarms.delete(partition)
      }
      for (const partition of ours) {
        if (!partitions.has(partition)) partitions.set(partition, startPartition(partition, shared))
      }
    },
    next: partition => partitions.get(partition)?.next(),
    positions: () => {
      const wanted = [...partitions].map(([partition, running]) => [partition, running.next()] as const)
      return new Map(wanted.filter((entry): entry is readonly [number, bigint] => entry[1] !== undefined))
    },
    add: (partition, records) => {
      partitions.get(partition)?.add(records)
      relieve()
    },
    full: () => held().bytes >= maxBytes,
    held,
    tick: () => {
      for (const partition of partitions.values()) partition.tick()
    },
    flush: async () => {
      await Promise.all([...partitions.values()].map(partition => partition.flush()))
    },
    stop: () => {
      for (const partition of partitions.values()) partition.stop()
      partitions.clear()
    },
    readiness: () => {
      const { rows, bytes, oldestAppendedAtMs: oldest } = held()
      const opening = [...partitions].filter(([, running]) => running.next() === undefined).map(([id]) => id)
      const reason =
        [...alarms.values()][0] ??
        [...context.troubles].map(([step, error]) => `${step}: ${error}`)[0] ??
        (partitions.size === 0 ? 'no partition is assigned' : undefined) ??
        (opening.length > 0 ? `partitions ${opening.join(', ')} are not ready` : undefined)
      return {
        ready: reason === undefined,
        ...(reason !== undefined && { reason }),
        detail: {
          lake: context.store.url,
          partitions: [...partitions.keys()].sort((a, b) => a - b),
          objects,
          last,
          held: { rows, bytes, oldestSeconds: oldest === undefined ? 0 : (Date.now() - oldest) / 1000 },
          alarms: [...alarms.keys()],
        },
      }
    },
  }
}
