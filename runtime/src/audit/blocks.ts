import { ledgerBlock } from '../contract.ts'
import { type LedgerBlock } from './cut.ts'
import { type Offsets } from './findings.ts'

const blockSize = BigInt(ledgerBlock)

/** The block of the ledger that an offset belongs to. */
export function blockOf(offset: bigint): bigint {
  return offset / blockSize
}

/** The offsets of a block that lie in `[first, next)`; undefined when none does. */
export function blockOffsets(block: bigint, first: bigint, next: bigint): Offsets | undefined {
  const from = max(block * blockSize, first)
  const to = min((block + 1n) * blockSize, next)
  return from < to ? { first: from, last: to - 1n } : undefined
}

/** A block whose counts are not as many as its offsets. */
export type Deviation = { block: bigint; expected: bigint; found: bigint }

/** The blocks that don't add up to the offsets they cover of `[first, next)`, in order; missing ones count as 0. */
export function deviations(ledger: readonly LedgerBlock[], first: bigint, next: bigint): Deviation[] {
  const found = new Map(ledger.map(({ block, events, dead }) => [block, events + dead]))
  const blocks = new Set(found.keys())
  if (first < next) for (let block = blockOf(first); block <= blockOf(next - 1n); block++) blocks.add(block)
  return [...blocks]
    .sort((a, b) => (a < b ? -1 : 1))
    .map(block => {
      const offsets = blockOffsets(block, first, next)
      const expected = offsets ? offsets.last - offsets.first + 1n : 0n
      return { block, expected, found: found.get(block) ?? 0n }
    })
    .filter(({ expected, found }) => expected !== found)
}

export function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

export function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}
