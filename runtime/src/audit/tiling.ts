import { parseLakeKey } from '../contract.ts'
import { max, min } from './blocks.ts'
import { type StoredOffset } from './cut.ts'
import { type Finding, type Offsets } from './findings.ts'
import { type LakeRangeRow } from './lake-ranges.ts'

/** Offsets of a partition that something says it holds: an object by its name, or a range. */
export type Claim = Offsets & { partition: number; key: string }

/** What the ranges of a partition are together. */
export type Tiling = {
  partition: number
  /** Written ranges, and the rows in their objects. */
  objects: number
  rows: bigint
  /** Ranges that are sealed and whose object is still to come. */
  pending: number
  pendingRows: bigint
  /** The first offset behind the ranges. */
  next: bigint
  /** Offsets below the stored one that no range covers. */
  gaps: Offsets[]
  /** Ranges that were changed by hand, as the names of their objects still tell them. */
  misnamed: Claim[]
  /** Keys of ranges that share offsets with another. */
  overlapping: Set<string>
  findings: Finding[]
}

/** Gaps that are kept of a partition: where there are more, the first ones tell enough. */
const keptGaps = 1_000

/**
 * Lays the ranges of a partition side by side, in offset order: from the lake's first offset to its next one they
 * must tile the log with no gap and no overlap, each with an object of its own name.
 */
export async function tile(
  partition: number,
  stored: StoredOffset | undefined,
  ranges: AsyncIterable<LakeRangeRow> | Iterable<LakeRangeRow>,
): Promise<Tiling> {
  const tiling: Tiling = {
    partition,
    objects: 0,
    rows: 0n,
    pending: 0,
    pendingRows: 0n,
    next: stored?.first ?? 0n,
    gaps: [],
    misnamed: [],
    overlapping: new Set(),
    findings: [],
  }
  let before: LakeRangeRow | undefined
  for await (const range of ranges) {
    count(tiling, range)
    const named = nameOf(range)
    if (named) {
      tiling.misnamed.push(named)
      tiling.findings.push(misnamedFinding(range))
      continue
    }
    if (!stored && !before) tiling.next = range.first
    if (range.first > tiling.next) addGap(tiling, tiling.next, range.first - 1n)
    if (range.first < tiling.next) {
      tiling.findings.push(overlapFinding(range, tiling.next, before, stored))
      if (before) tiling.overlapping.add(range.key).add(before.key)
    }
    if (range.last >= tiling.next) {
      tiling.next = range.last + 1n
      before = range
    }
  }
  if (stored && tiling.next < stored.next) addGap(tiling, tiling.next, stored.next - 1n)
  if (tiling.next > (stored?.next ?? 0n) && before) tiling.findings.push(offsetFinding(tiling, stored))
  return tiling
}

/** What is left of offsets when the claimed ones are taken out. */
export function unclaimed(gap: Offsets, claims: readonly Offsets[]): Offsets[] {
  let left = [gap]
  for (const claim of claims) {
    left = left.flatMap(({ first, last }) => {
      if (claim.last < first || claim.first > last) return [{ first, last }]
      const below = { first, last: min(last, claim.first - 1n) }
      const above = { first: max(first, claim.last + 1n), last }
      return [below, above].filter(part => part.first <= part.last)
    })
  }
  return left
}

/** What the object's name says, where it is not what the range says. */
function nameOf({ partition, first, last, key }: LakeRangeRow): Claim | undefined {
  const named = parseLakeKey(key)
  if (named?.partition === partition && named.first === first && named.last === last) return undefined
  return named
    ? { partition: named.partition, first: named.first, last: named.last, key }
    : { partition, first, last, key }
}

function count(tiling: Tiling, range: LakeRangeRow): void {
  if (range.isWritten) {
    tiling.objects++
    tiling.rows += BigInt(range.rows)
  } else {
    tiling.pending++
    tiling.pendingRows += BigInt(range.rows)
  }
}

function addGap({ gaps }: Tiling, first: bigint, last: bigint): void {
  if (gaps.length < keptGaps) gaps.push({ first, last })
}

function misnamedFinding({ partition, first, last, key }: LakeRangeRow): Finding {
  return {
    kind: 'range_misnamed',
    subject: 'lake_range',
    partition,
    offsets: { first, last },
    key,
    says: `the range ${first} to ${last} has the object ${key}`,
  }
}

function overlapFinding(
  { partition, first, last, key }: LakeRangeRow,
  next: bigint,
  before: LakeRangeRow | undefined,
  stored: StoredOffset | undefined,
): Finding {
  const offsets = { first, last: min(last, next - 1n) }
  if (!before) {
    return {
      kind: 'lake_offset_wrong',
      subject: 'lake_offset',
      partition,
      offsets,
      expected: String(first),
      found: String(stored?.first),
      says: `the lake is said to begin at ${next}, but its first range does at ${first}`,
    }
  }
  return {
    kind: 'range_overlap',
    subject: 'lake_range',
    partition,
    offsets,
    key,
    says: `${key} and ${before.key} both claim them`,
  }
}

function offsetFinding({ partition, next }: Tiling, stored: StoredOffset | undefined): Finding {
  const first = stored?.next ?? 0n
  return {
    kind: 'lake_offset_wrong',
    subject: 'lake_offset',
    partition,
    offsets: { first, last: next - 1n },
    expected: String(next),
    found: stored ? String(stored.next) : 'no row',
    says: stored
      ? `its next offset is ${stored.next}, but ranges are sealed up to ${next - 1n}`
      : `it has no row, but ranges are sealed up to ${next - 1n}`,
  }
}
