import { type Pool } from 'pg'
import { aggregate, type Counted } from '../events/aggregate.ts'
import { repair, truncate } from '../events/text.ts'
import { isRecordCaused } from '../platform/postgres.ts'
import { OffsetError } from './claim.ts'
import { commitBatch, readNextOffset } from './commit.ts'
import { type Patience, patiently } from './patience.ts'
import { type OffsetKey } from './statement.ts'

/** What became of a batch: the stored offset now, and what this process stored of it. */
export type Stored = { next: bigint; counted: readonly Counted[] }

export type StoreOptions = {
  pool: Pool
  key: OffsetKey
  patience: Patience
  /** The clock, ms since 1970. */
  now: () => number
}

/**
 * Stores records that begin at the stored offset `first`, in offset order, each exactly once whatever happens:
 * waits for the database as long as it takes; asks for the stored offset where an outcome is unknown; and where the
 * database refuses a record, halves the batch until that record is found and stores it as a dead letter.
 * When another process owns the partition by now, nothing is added and `next` is where that one stands.
 * @throws what waiting can't mend; the signal's reason.
 */
export async function store(
  options: StoreOptions,
  first: bigint,
  items: readonly Counted[],
): Promise<Stored> {
  const last = items.at(-1)
  if (!last) return { next: first, counted: [] }
  try {
    return await storeWhole(options, first, last.record.offset + 1n, items)
  } catch (error) {
    if (!isRecordCaused(error)) throw error
    if (items.length === 1) return store(options, first, [rejected(last, error)])
    const middle = Math.ceil(items.length / 2)
    const before = await store(options, first, items.slice(0, middle))
    if (before.next !== afterLast(items.slice(0, middle))) return before
    const after = await store(options, before.next, items.slice(middle))
    return { next: after.next, counted: [...before.counted, ...after.counted] }
  }
}

async function storeWhole(
  options: StoreOptions,
  first: bigint,
  next: bigint,
  items: readonly Counted[],
): Promise<Stored> {
  const { pool, key, patience, now } = options
  return patiently(patience, async nth => {
    // An earlier attempt failed, and may have been carried out all the same.
    const stored = nth > 1 ? await storedOffset(pool, key) : first
    if (stored !== first) return { next: stored, counted: stored === next ? items : [] }
    const rows = aggregate(key.partition, items, now())
    if (await commitBatch(pool, { ...key, first, next, rows })) return { next, counted: items }
    return { next: await storedOffset(pool, key), counted: [] }
  })
}

async function storedOffset(pool: Pool, key: OffsetKey): Promise<bigint> {
  const stored = await readNextOffset(pool, key)
  if (stored !== undefined) return stored
  throw new OffsetError(
    `the row of partition ${key.partition} is gone from consumer_offset, which only an operator removes: restart the workers to count from the log's start`,
  )
}

function afterLast(items: readonly Counted[]): bigint | undefined {
  const last = items.at(-1)
  return last && last.record.offset + 1n
}

/** The record as a dead letter. @throws the error itself when even that was refused before. */
function rejected({ record, decoded }: Counted, error: unknown): Counted {
  if (!decoded.ok && decoded.dead.reason === 'rejected_by_database') throw error
  const { code, message } = error as Error & { code?: string }
  const detail = truncate(repair(`SQLSTATE ${code}: ${message}`), 500)
  return { record, decoded: { ok: false, dead: { reason: 'rejected_by_database', detail } } }
}
