import { type Random, randomOf, uses } from './random.ts'

/**
 * The `meta.id` of event n: a UUID of version 4 in form. Its first 32 bits are a one-to-one image of n's low 32, so
 * two events of one seed never share an id within four thousand million.
 */
export function eventId(seed: number, n: number): string {
  const random = randomOf(seed, n, uses.identity)
  const salt = Math.floor(randomOf(seed, Math.floor(n / 2 ** 32), uses.identity)() * 2 ** 32)
  return uuid(scramble(n) ^ salt, random)
}

/** A UUID of version 4 from drawn numbers. */
export function drawnId(random: Random): string {
  return uuid(Math.floor(random() * 2 ** 32), random)
}

/** A permutation of the 32-bit numbers: the finalizer of MurmurHash3. */
function scramble(n: number): number {
  let bits = n | 0
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return bits ^ (bits >>> 16)
}

function uuid(first: number, random: Random): string {
  const head = hex(first, 8)
  const version = `4${hex(random() * 0x1000, 3)}`
  const variant = hex(0x8000 + random() * 0x4000, 4)
  return `${head}-${hex(random() * 0x10000, 4)}-${version}-${variant}-${hex(random() * 2 ** 24, 6)}${hex(random() * 2 ** 24, 6)}`
}

function hex(number: number, digits: number): string {
  return (number >>> 0).toString(16).padStart(digits, '0')
}
