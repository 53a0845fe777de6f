import { blockOffsets, deviations } from './blocks.ts'
import { type Flow, type LedgerBlock, type Snapshot, type StoredOffset } from './cut.ts'
import { type Finding } from './findings.ts'
import { number } from './words.ts'

/** What the database says of one partition, held against itself: three counts that must be one. */
export type PartitionBooks = {
  partition: number
  /** As it is stored; undefined where there is no row. */
  stored: StoredOffset | undefined
  /** The offsets that the counts stand for: the stored ones, unless two other counts outvote them. */
  first: bigint
  next: bigint
  ledger: Flow
  /** flow_minute and flow_retired together. */
  flow: Flow
  deadRows: bigint
  findings: Finding[]
}

type Entries = {
  partition: number
  stored: StoredOffset | undefined
  lakeFirst: bigint | undefined
  /** The highest offset with a row of its own. */
  highest: bigint | undefined
  blocks: readonly LedgerBlock[]
  deadRows: ReadonlyMap<bigint, bigint>
  flow: Flow
  isRetired: boolean
}

/**
 * Holds the books of a partition against each other: stored offset, ledger and flow each say how many records were
 * counted, and where one of the three differs from the other two, it is the one named. Pure.
 */
export function balance(
  partition: number,
  snapshot: Snapshot,
  stored: StoredOffset | undefined,
): PartitionBooks {
  const none = { processed: 0n, dead: 0n }
  const minutes = snapshot.flow.get(partition) ?? none
  const retired = snapshot.retired.get(partition)
  return balanceEntries({
    partition,
    stored,
    lakeFirst: snapshot.lakeOffsets.find(row => row.partition === partition)?.first,
    highest: snapshot.highest.get(partition),
    blocks: snapshot.ledger.get(partition) ?? [],
    deadRows: snapshot.deadRows.get(partition) ?? new Map(),
    flow: {
      processed: minutes.processed + (retired?.processed ?? 0n),
      dead: minutes.dead + (retired?.dead ?? 0n),
    },
    isRetired: retired !== undefined || snapshot.horizons.has('flow_minute'),
  })
}

function balanceEntries(entries: Entries): PartitionBooks {
  const { partition, blocks, flow, stored } = entries
  const ledger = {
    processed: blocks.reduce((sum, row) => sum + row.events, 0n),
    dead: blocks.reduce((sum, row) => sum + row.dead, 0n),
  }
  const deadRows = [...entries.deadRows.values()].reduce((sum, n) => sum + n, 0n)
  const span = settleOffsets(entries, ledger)
  const findings = [
    ...span.findings,
    ...blockFindings(entries, ledger, span),
    ...flowFindings(entries, ledger, span, deadRows),
    ...deadFindings(entries, ledger, span, deadRows),
  ]
  return { partition, stored, first: span.first, next: span.next, ledger, flow, deadRows, findings }
}

type Span = { first: bigint; next: bigint; findings: Finding[] }

/** The stored offsets, or those that ledger and flow agree on where moving one end makes every block add up. */
function settleOffsets({ partition, stored, lakeFirst, highest, blocks, flow }: Entries, ledger: Flow): Span {
  const counted = total(ledger)
  const lowest =
    blocks[0] === undefined ? 0n : (lakeFirst ?? blockOffsets(blocks[0].block, 0n, counted)?.first ?? 0n)
  const first = stored?.first ?? lowest
  const next = stored?.next ?? first
  const isAgreed = deviations(blocks, first, next).length === 0
  if (isAgreed || counted !== total(flow)) return { first, next, findings: [] }
  const moved = [
    { first, next: first + counted },
    { first: next - counted, next },
  ].filter(
    span =>
      span.first >= 0n &&
      (highest ?? -1n) < span.next &&
      deviations(blocks, span.first, span.next).length === 0,
  )
  const [span] = moved.toSorted((a, b) => Number(b.first === lakeFirst) - Number(a.first === lakeFirst))
  if (!span) return { first, next, findings: [] }
  const finding: Finding = {
    kind: 'offset_wrong',
    subject: 'consumer_offset',
    partition,
    offsets: differingOffsets({ first, next }, span),
    expected: `${span.first} to ${span.next}`,
    found: stored ? `${first} to ${next}` : 'no row',
    says: stored
      ? `the stored offsets are ${first} to ${next}, but ledger and flow both counted ${number(counted)} records, which is ${span.first} to ${span.next}`
      : `there is no stored offset, but ledger and flow both counted ${number(counted)} records`,
  }
  return { ...span, findings: [finding] }
}

function differingOffsets(a: { first: bigint; next: bigint }, b: { first: bigint; next: bigint }) {
  const [low, high] = a.first === b.first ? [a.next, b.next] : [a.first, b.first]
  return low < high ? { first: low, last: high - 1n } : { first: high, last: low - 1n }
}

function blockFindings({ partition, blocks, flow }: Entries, ledger: Flow, span: Span): Finding[] {
  const isFlowToo = total(flow) === total(ledger) && total(ledger) !== span.next - span.first
  return deviations(blocks, span.first, span.next).map(({ block, expected, found }) => {
    const offsets = blockOffsets(block, span.first, span.next)
    const isMissing = isFlowToo && found < expected
    return {
      kind: isMissing ? 'count_missing' : 'ledger_wrong',
      subject: 'count_ledger',
      partition,
      ...(offsets && { offsets }),
      key: `block ${block}`,
      expected: String(expected),
      found: String(found),
      says: isMissing
        ? `${number(expected - found)} of ${number(expected)} offsets were not counted`
        : `the block has ${number(found)} counts for ${number(expected)} offsets`,
    }
  })
}

/** Flow has no offsets: a difference is named by partition, and the minute only where another table or the log tells. */
function flowFindings(
  { partition, flow, isRetired }: Entries,
  ledger: Flow,
  span: Span,
  deadRows: bigint,
): Finding[] {
  const offsets = span.next - span.first
  const isTotalWrong = total(flow) !== offsets && total(flow) !== total(ledger)
  const isSplitWrong = flow.dead !== ledger.dead && flow.dead !== deadRows && !isTotalWrong
  if (!isTotalWrong && !isSplitWrong) return []
  return [
    {
      kind: isRetired ? 'retired_wrong' : 'metric_wrong',
      subject: isRetired ? 'flow_minute with flow_retired' : 'flow_minute',
      partition,
      expected: `${offsets - deadRows} events, ${deadRows} dead letters`,
      found: `${flow.processed} events, ${flow.dead} dead letters`,
      says: `its sums are ${number(flow.processed)} events and ${number(flow.dead)} dead letters, where ${number(offsets - deadRows)} and ${number(deadRows)} were counted`,
    },
  ]
}

function deadFindings(
  { partition, blocks, deadRows, flow }: Entries,
  ledger: Flow,
  span: Span,
  rows: bigint,
): Finding[] {
  const inLedger = new Map(blocks.map(({ block, dead }) => [block, dead]))
  // The ledger is named when flow and rows agree against it; a block that doesn't add up is named already.
  const isLedger = rows === flow.dead && rows !== ledger.dead
  const named = new Set(deviations(blocks, span.first, span.next).map(({ block }) => block))
  return (
    [...new Set([...inLedger.keys(), ...deadRows.keys()])]
      .filter(block => (inLedger.get(block) ?? 0n) !== (deadRows.get(block) ?? 0n) && !named.has(block))
      // Rows outside the counted offsets are named by their offsets elsewhere.
      .filter(block => inLedger.has(block) || blockOffsets(block, span.first, span.next))
      .sort((a, b) => (a < b ? -1 : 1))
      .map(block => {
        const offsets = blockOffsets(block, span.first, span.next)
        const expected = inLedger.get(block) ?? 0n
        const found = deadRows.get(block) ?? 0n
        return {
          kind: isLedger ? 'ledger_wrong' : 'dead_letter_count',
          subject: isLedger ? 'count_ledger' : 'dead_letter',
          partition,
          ...(offsets && { offsets }),
          key: `block ${block}`,
          expected: String(isLedger ? found : expected),
          found: String(isLedger ? expected : found),
          says: `the ledger counts ${number(expected)} dead letters, the table has ${number(found)}`,
        }
      })
  )
}

function total({ processed, dead }: Flow): bigint {
  return processed + dead
}
