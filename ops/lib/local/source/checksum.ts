import { hash } from 'node:crypto'

/**
 * How many things, and the sum modulo 2^64 of the first eight bytes of each one's SHA-256, big-endian: two sets of
 * byte strings have the same one, in whatever order they were counted, and different sets practically never.
 */
export type Count = { unique: number; checksum: string }

/** Counts byte strings one by one; memory doesn't grow. */
export function counter(): { add(bytes: Uint8Array): void; count(): Count } {
  let unique = 0
  let sum = 0n
  return {
    add(bytes) {
      unique++
      sum = BigInt.asUintN(64, sum + hash('sha256', bytes, 'buffer').readBigUInt64BE())
    },
    count: () => ({ unique, checksum: sum.toString(16).padStart(16, '0') }),
  }
}
