import { expect } from 'vitest'
import { counter } from '../../../ops/lib/local/source/checksum.ts'
import { type Tally } from '../../../ops/lib/local/source/tally.ts'
import { headers } from '../contract.ts'
import { type KafkaMessage } from '../platform/kafka.ts'

/**
 * Expects that the log holds each event that the simulator sent once, and nothing else, byte for byte. Of oversized
 * ones the log has only the head: they are compared by their number.
 */
export function expectExactly(records: readonly KafkaMessage[], { sent, events, dead, poison }: Tally): void {
  const whole = counter()
  for (const { value, headers: named } of records) {
    if (value && !named?.[headers.oversized]) whole.add(value)
  }
  const sum = (counts: { unique: number; checksum: string }[]) => ({
    unique: counts.reduce((total, { unique }) => total + unique, 0),
    checksum: counts.reduce((total, { checksum }) => total + BigInt(`0x${checksum}`), 0n),
  })
  const all = sum([events, dead])
  const oversized = sum([poison.comment_10mb, poison.event_2mb].filter(kind => kind !== undefined))
  expect(records.length).toBe(sent.unique)
  expect(whole.count()).toEqual({
    unique: all.unique - oversized.unique,
    checksum: BigInt.asUintN(64, all.checksum - oversized.checksum)
      .toString(16)
      .padStart(16, '0'),
  })
}
