import { blockOffsets } from './blocks.ts'
import { type BlockCounts } from './count-check.ts'
import { type LedgerBlock } from './cut.ts'
import { type FindingSink } from './findings.ts'
import { number } from './words.ts'

/**
 * Compares blocks of the ledger with what the log holds, where it holds every offset of the block that was counted.
 * Rows of the ledger that stand for no offset are left to the books.
 * @returns the blocks that it could judge
 */
export function judgeBlocks(
  { partition, first, next }: { partition: number; first: bigint; next: bigint },
  blocks: readonly BlockCounts[],
  stored: ReadonlyMap<bigint, LedgerBlock>,
  sink: FindingSink,
): bigint[] {
  const judged: bigint[] = []
  for (const { block, events, dead } of blocks) {
    const offsets = blockOffsets(block, first, next)
    if (!offsets || events + dead !== offsets.last - offsets.first + 1n) continue
    judged.push(block)
    const row = stored.get(block)
    if (row?.events === events && row.dead === dead) continue
    sink.add({
      kind: 'ledger_wrong',
      subject: 'count_ledger',
      partition,
      offsets,
      key: `block ${block}`,
      expected: `${events} events, ${dead} dead letters`,
      found: row ? `${row.events} events, ${row.dead} dead letters` : 'no row',
      says: row
        ? `the log holds ${number(events)} events and ${number(dead)} dead letters, the block counts ${number(row.events)} and ${number(row.dead)}`
        : `the log holds ${number(events)} events and ${number(dead)} dead letters, and the block has no row`,
    })
  }
  return judged
}
