import { type LakeRecord } from './record.ts'

/** Records of one partition that become one object: consecutive, all appended in one UTC hour. */
export type Segment = {
  /** The first offset that no earlier object covers; below the first record's where the log has a hole. */
  first: bigint
  last: bigint
  records: LakeRecord[]
  /** Size of the records' values. */
  bytes: number
  /** When its first record came here, ms of a clock that only goes forward. */
  sinceMs: number
  /** No record can join it any more. */
  closed: boolean
}

/** When a segment is full. */
export type SegmentLimits = { rows: number; bytes: number }

/**
 * Adds a record to the last segment, or begins one: in another hour of append time than its predecessor, or where
 * the last one is full or closed. The records must come in offset order, and `next` is the first offset not held yet.
 */
export function addRecord(
  segments: Segment[],
  record: LakeRecord,
  next: bigint,
  nowMs: number,
  limits: SegmentLimits,
): void {
  const bytes = record.value?.length ?? 0
  const last = segments.at(-1)
  const before = last?.records.at(-1)
  if (last && before && !last.closed && hourOf(before) === hourOf(record) && fits(last, bytes, limits)) {
    last.records.push(record)
    last.last = record.offset
    last.bytes += bytes
    return
  }
  if (last) last.closed = true
  segments.push({
    first: next,
    last: record.offset,
    records: [record],
    bytes,
    sinceMs: nowMs,
    closed: false,
  })
}

function fits(segment: Segment, bytes: number, limits: SegmentLimits): boolean {
  return segment.records.length < limits.rows && segment.bytes + bytes <= limits.bytes
}

function hourOf(record: LakeRecord): number {
  return Math.floor(record.appendedAtMs / 3_600_000)
}
