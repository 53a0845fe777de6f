import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ledgerBlock } from '../contract.ts'
import { balance } from './books.ts'
import { type Snapshot } from './cut.ts'

const block = BigInt(ledgerBlock)

/** The books of partition 0, all in order: `dead` of each block's records are dead letters. */
function booksOf(first: bigint, next: bigint, dead = 0n): Snapshot {
  const ledger: { block: bigint; events: bigint; dead: bigint }[] = []
  const deadRows = new Map<bigint, bigint>()
  for (let at = first; at < next; at = (at / block + 1n) * block) {
    const end = (at / block + 1n) * block < next ? (at / block + 1n) * block : next
    const here = end - at < dead ? end - at : dead
    ledger.push({ block: at / block, events: end - at - here, dead: here })
    if (here > 0n) deadRows.set(at / block, here)
  }
  const all = ledger.reduce((sum, row) => sum + row.dead, 0n)
  return {
    takenAt: new Date(0),
    offsets: [{ clusterId: 'one', partition: 0, first, next }],
    lakeOffsets: [],
    ledger: new Map([[0, ledger]]),
    deadRows: new Map([[0, deadRows]]),
    flow: new Map([[0, { processed: next - first - all, dead: all }]]),
    retired: new Map(),
    highest: new Map(next > first ? [[0, next - 1n]] : []),
    horizons: new Map(),
  }
}

const findings = (snapshot: Snapshot) => balance(0, snapshot, snapshot.offsets[0]).findings
const offset = fc.bigInt({ min: 0n, max: 60_000n })

test('books in order raise no alarm, wherever counting began and stands', () => {
  fc.assert(
    fc.property(offset, offset, fc.bigInt({ min: 0n, max: 3n }), (first, count, dead) => {
      expect(findings(booksOf(first, first + count, dead))).toEqual([])
    }),
  )
})

test('a count too many or too few in any one block of the ledger is found in that block', () => {
  fc.assert(
    fc.property(
      offset,
      fc.bigInt({ min: 1n, max: 60_000n }),
      fc.nat(),
      fc.constantFrom(1n, -1n),
      (first, count, n, by) => {
        const snapshot = booksOf(first, first + count)
        const rows = snapshot.ledger.get(0) ?? []
        const row = rows[n % rows.length]
        if (!row) return
        row.events += by
        const [found, ...others] = findings(snapshot)
        expect(others).toEqual([])
        expect(found).toMatchObject({
          kind: 'ledger_wrong',
          subject: 'count_ledger',
          key: `block ${row.block}`,
        })
      },
    ),
  )
})

test('a stored offset that was moved is found when ledger and flow agree against it', () => {
  const snapshot = booksOf(0n, 25_000n)
  snapshot.offsets[0] = { clusterId: 'one', partition: 0, first: 0n, next: 24_000n }
  expect(findings(snapshot)).toMatchObject([
    { kind: 'offset_wrong', offsets: { first: 24_000n, last: 24_999n }, expected: '0 to 25000' },
  ])
})

test('offsets that were skipped are missing from the counts: the stored offset is not to blame', () => {
  const snapshot = booksOf(0n, 25_000n)
  const [, second] = snapshot.ledger.get(0) ?? []
  if (second) second.events -= 7n
  snapshot.flow.set(0, { processed: 24_993n, dead: 0n })
  expect(findings(snapshot)).toMatchObject([
    {
      kind: 'count_missing',
      offsets: { first: 10_000n, last: 19_999n },
      says: '7 of 10,000 offsets were not counted',
    },
  ])
})

test('of ledger, flow and dead letters the one that two others contradict is named', () => {
  const ledger = booksOf(0n, 100n, 3n)
  ledger.ledger.set(0, [{ block: 0n, events: 98n, dead: 2n }])
  expect(findings(ledger)).toMatchObject([{ kind: 'ledger_wrong' }])
  const rows = booksOf(0n, 100n, 3n)
  rows.deadRows.set(0, new Map([[0n, 2n]]))
  expect(findings(rows)).toMatchObject([{ kind: 'dead_letter_count' }])
  const flow = booksOf(0n, 100n, 3n)
  flow.flow.set(0, { processed: 98n, dead: 2n })
  expect(findings(flow)).toMatchObject([{ kind: 'metric_wrong', subject: 'flow_minute' }])
})
