import { type PartitionBooks } from './books.ts'
import { type Snapshot, type StoredOffset } from './cut.ts'
import { type Finding } from './findings.ts'
import { type LogEnds } from './log-pass.ts'

/** The stored offsets by partition, the cluster's own before another's, and a finding for each other cluster. */
export function ownOffsets(
  snapshot: Snapshot,
  clusterId: string,
): { counts: Map<number, StoredOffset>; lake: Map<number, StoredOffset>; findings: Finding[] } {
  const findings: Finding[] = []
  const own = (subject: string, rows: readonly StoredOffset[]) => {
    const others = rows.filter(row => row.clusterId !== clusterId)
    for (const cluster of new Set(others.map(row => row.clusterId))) {
      findings.push({
        kind: 'other_cluster',
        subject,
        expected: clusterId,
        found: cluster,
        says: `it has offsets of the cluster ${cluster}, and the broker is the cluster ${clusterId}: offsets of one mean nothing in the other`,
      })
    }
    // Where the cluster has no row of its own, another's still says what the counts stand for.
    return new Map(
      [...others, ...rows.filter(row => row.clusterId === clusterId)].map(row => [row.partition, row]),
    )
  }
  return {
    counts: own('consumer_offset', snapshot.offsets),
    lake: own('lake_offset', snapshot.lakeOffsets),
    findings,
  }
}

/**
 * Holds a partition's counted offsets and its lake against the ends of its log. Pure.
 * @param ends undefined for a partition that the topic doesn't have
 */
export function compareEnds(
  { partition, first, next }: Pick<PartitionBooks, 'partition' | 'first' | 'next'>,
  lake: StoredOffset | undefined,
  ends: LogEnds | undefined,
): Finding[] {
  const findings: Finding[] = []
  const held = ends ?? { start: 0n, end: 0n }
  const done = lake && lake.next > next ? lake.next : next
  if (done > held.end && done > first) {
    findings.push({
      kind: 'log_missing',
      subject: 'log',
      partition,
      offsets: { first: held.end > first ? held.end : first, last: done - 1n },
      expected: String(done),
      found: String(held.end),
      says: `the log ends at ${held.end}, but offsets up to ${done - 1n} were counted or are in the lake`,
    })
  }
  for (const [subject, offset] of [
    ['consumer_offset', next],
    ['lake_offset', lake?.next],
  ] as const) {
    if (offset === undefined || offset >= held.start) continue
    findings.push({
      kind: 'log_lost',
      subject,
      partition,
      offsets: { first: offset, last: held.start - 1n },
      says: `the log begins at ${held.start} by now, but the stored offset is ${offset}`,
    })
  }
  return findings
}
