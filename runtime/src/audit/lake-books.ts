import { parseLakeKey } from '../contract.ts'
import { ObjectFormatError, readFooter } from '../lake/reader.ts'
import { type ObjectStore } from '../platform/object-store.ts'
import { type Query, type StoredOffset } from './cut.ts'
import { type Finding, type FindingSink } from './findings.ts'
import { type LakeRangeRow, rangesByKey, rangesOf } from './lake-ranges.ts'
import { type Claim, type Tiling, tile, unclaimed } from './tiling.ts'
import { offsetRange } from './words.ts'

/** What the database says of the lake, held against the lake's list of objects. */
export type LakeBooks = {
  tilings: Map<number, Tiling>
  /** Keys of objects that are not there, or whose range is wrong itself: not to be read. */
  unreadable: ReadonlySet<string>
}

/** Where the lake's objects stand; the contract's `lakeKey` begins so. */
const prefix = 'raw/'

/** Objects and ranges that are remembered because the other side lacks them; past this the rest is alike. */
const remembered = 10_000

/**
 * Holds ranges, stored offsets and the list of objects against each other; no object is read but those that nobody
 * knows.
 * @throws StoreError, the database's error.
 */
export async function auditLakeBooks(
  query: Query,
  store: ObjectStore,
  stored: ReadonlyMap<number, StoredOffset>,
  logStarts: ReadonlyMap<number, bigint>,
  partitions: readonly number[],
  sink: FindingSink,
): Promise<LakeBooks> {
  const { absent, unknown } = await compareList(query, store, stored)
  const absentKeys = new Set(absent.map(({ key }) => key))
  const tilings = new Map<number, Tiling>()
  const phantoms = new Set<string>()
  for (const partition of partitions) {
    const tiled = await tile(partition, stored.get(partition), rangesOf(query, partition))
    // Of two ranges that claim the same offsets, the one without an object is the one too many.
    const without = [...tiled.overlapping].filter(key => absentKeys.has(key))
    for (const key of without) phantoms.add(key)
    tilings.set(partition, without.length > 0 ? await tileWithout(query, tiled, stored, phantoms) : tiled)
  }
  const orphans = unknown.map(key => ({ key, claim: claimOf(key) }))
  const fits = (claim: Claim | undefined) =>
    claim !== undefined &&
    (tilings.get(claim.partition)?.gaps ?? []).some(gap => unclaimed(claim, [gap]).length === 0)
  const claims = {
    misnamed: [...tilings.values()].flatMap(tiling => tiling.misnamed),
    found: orphans.flatMap(({ claim }) => (claim && fits(claim) ? [claim] : [])),
  }
  for (const tiling of tilings.values()) addTiling(tiling, stored.get(tiling.partition), claims, sink)
  for (const range of absent) if (phantoms.has(range.key)) sink.add(phantomRange(range))
  const missing = absent.filter(({ key, isWritten }) => isWritten && !phantoms.has(key))
  for (const { isWritten, ...range } of absent) {
    if (!isWritten && range.first < (logStarts.get(range.partition) ?? 0n)) sink.add(lostRange(range))
  }
  const strangers = orphans.filter(({ claim }) => !fits(claim)).map(({ key }) => key)
  await nameMissing(store, missing, strangers, sink)
  return { tilings, unreadable: new Set([...absentKeys, ...claims.misnamed.map(({ key }) => key)]) }
}

async function tileWithout(
  query: Query,
  { partition }: Tiling,
  stored: ReadonlyMap<number, StoredOffset>,
  phantoms: ReadonlySet<string>,
): Promise<Tiling> {
  async function* real() {
    for await (const range of rangesOf(query, partition)) if (!phantoms.has(range.key)) yield range
  }
  return tile(partition, stored.get(partition), real())
}

function addTiling(
  tiling: Tiling,
  stored: StoredOffset | undefined,
  { misnamed, found }: { misnamed: readonly Claim[]; found: readonly Claim[] },
  sink: FindingSink,
): void {
  const { partition } = tiling
  for (const finding of tiling.findings) sink.add(finding)
  const own = (claims: readonly Claim[]) => claims.filter(claim => claim.partition === partition)
  for (const claim of own(found)) sink.add(missingRange(claim))
  for (const gap of tiling.gaps) {
    for (const left of unclaimed(gap, [...own(misnamed), ...own(found)])) {
      sink.add(gapFinding(partition, left, stored, tiling.next))
    }
  }
}

/** Both sides are in the order of their keys' bytes, so neither is held in memory. */
async function compareList(
  query: Query,
  store: ObjectStore,
  stored: ReadonlyMap<number, StoredOffset>,
): Promise<{ absent: LakeRangeRow[]; unknown: string[] }> {
  const absent: LakeRangeRow[] = []
  const unknown: string[] = []
  const ranges = rangesByKey(query)[Symbol.asyncIterator]()
  let range = await ranges.next()
  const pass = async () => {
    if (!range.done && absent.length < remembered) absent.push(range.value)
    range = await ranges.next()
  }
  for await (const { key } of store.list(prefix)) {
    while (!range.done && compareBytes(range.value.key, key) < 0) await pass()
    if (!range.done && range.value.key === key) range = await ranges.next()
    else if (!isNewer(key, stored) && unknown.length < remembered) unknown.push(key)
  }
  while (!range.done) await pass()
  return { absent, unknown }
}

/** Was it sealed after the moment of the audit? */
function isNewer(key: string, stored: ReadonlyMap<number, StoredOffset>): boolean {
  const claim = claimOf(key)
  const next = claim && stored.get(claim.partition)?.next
  return claim !== undefined && (next === undefined || claim.first >= next)
}

function claimOf(key: string): Claim | undefined {
  const named = parseLakeKey(key)
  return named && { partition: named.partition, first: named.first, last: named.last, key }
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

/** Objects read to find out whether one of them is a missing one under another name. */
const strangersRead = 20

async function nameMissing(
  store: ObjectStore,
  missing: readonly LakeRangeRow[],
  strangers: readonly string[],
  sink: FindingSink,
): Promise<void> {
  const renamed = new Map<string, string>()
  if (missing.length > 0) {
    for (const key of strangers.slice(0, strangersRead)) {
      const footer = await readFooter(await store.read(key)).catch(ignoreFormat)
      const origin = missing.find(
        range =>
          range.partition === footer?.partition && range.first === footer.first && range.last === footer.last,
      )
      if (origin && !renamed.has(origin.key)) renamed.set(origin.key, key)
    }
  }
  for (const range of missing) sink.add(missingObject(range, renamed.get(range.key)))
  const known = new Set(renamed.values())
  for (const key of strangers) {
    if (known.has(key)) continue
    sink.add({
      kind: 'object_unknown',
      subject: key,
      ...claimFields(claimOf(key)),
      says: 'no range of the database is of this name',
    })
  }
}

function ignoreFormat(error: unknown): undefined {
  if (!(error instanceof ObjectFormatError)) throw error
}

function claimFields(claim: Claim | undefined): Pick<Finding, 'partition' | 'offsets'> {
  return claim ? { partition: claim.partition, offsets: { first: claim.first, last: claim.last } } : {}
}

function missingObject(
  { partition, first, last, key }: LakeRangeRow,
  renamedTo: string | undefined,
): Finding {
  return {
    kind: 'object_missing',
    subject: key,
    partition,
    offsets: { first, last },
    ...(renamedTo !== undefined && { found: renamedTo }),
    says:
      renamedTo === undefined
        ? 'it was written, and is not there any more'
        : `it stands under another name now: ${renamedTo}`,
  }
}

function phantomRange({ partition, first, last, key, isWritten }: LakeRangeRow): Finding {
  return {
    kind: 'range_overlap',
    subject: 'lake_range',
    partition,
    offsets: { first, last },
    key,
    says: `other ranges hold them already, and its object ${isWritten ? "isn't there" : 'was never written'}`,
  }
}

function lostRange({ partition, first, last, key }: Omit<LakeRangeRow, 'isWritten'>): Finding {
  return {
    kind: 'log_lost',
    subject: 'lake_range',
    partition,
    offsets: { first, last },
    key,
    says: 'the range is sealed and its object not written, and the log does not hold it any more',
  }
}

function missingRange({ partition, first, last, key }: Claim): Finding {
  return {
    kind: 'range_missing',
    subject: 'lake_range',
    partition,
    offsets: { first, last },
    key,
    says: `no range covers ${offsetRange({ first, last })}, but the object stands: ${key}`,
  }
}

/** A gap at an end, with no object in it, is an end that was moved. */
function gapFinding(
  partition: number,
  gap: { first: bigint; last: bigint },
  stored: StoredOffset | undefined,
  next: bigint,
): Finding {
  const isStart = gap.first === stored?.first
  const isEnd = gap.first >= next
  return {
    kind: isStart || isEnd ? 'lake_offset_wrong' : 'range_missing',
    subject: isStart || isEnd ? 'lake_offset' : 'lake_range',
    partition,
    offsets: gap,
    says: `no range covers ${offsetRange(gap)}, and no object is of such a name`,
  }
}
