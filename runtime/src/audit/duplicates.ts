import { type LogRecord } from '../events/record.ts'
import { identify, readEnvelope } from '../ingest/identity.ts'

/**
 * Identities remembered of a partition. Ingest drops what came within its newest 120,000 events (600 s at 200 a
 * second), a twelfth of which are one partition's; events that are the same have the same key, so the same partition.
 */
const remembered = 10_000

/** Finds events that stand twice in a partition. */
export type Duplicates = {
  /** The offset at which the same event stands already, if it is among the last ones seen. */
  see(record: LogRecord): bigint | undefined
}

/** Looks back over the last `size` different events of a partition: memory stays bounded, older pairs go unseen. */
export function findDuplicates(size = remembered): Duplicates {
  const offsets = new Map<string, bigint>()
  return {
    see({ offset, value, oversizedBytes }) {
      // An event without bytes is known by its place in the stream alone, and can't be told from another.
      if (!value || value.length === 0) return undefined
      const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
      const identity = identify(
        { data: bytes, size: oversizedBytes ?? bytes.length, cursor: undefined },
        readEnvelope(bytes),
      )
      const before = offsets.get(identity)
      if (before !== undefined) return before
      offsets.set(identity, offset)
      if (offsets.size > size) {
        const [oldest] = offsets.keys()
        if (oldest !== undefined) offsets.delete(oldest)
      }
      return undefined
    },
  }
}
