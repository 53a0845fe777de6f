/** Bytes that aren't what the protocol says stand there: the connection they came from is closed. */
export class MalformedError extends Error {
  override name = 'MalformedError'
}

/** Reads the protocol's big-endian primitives one after another. Every method throws MalformedError at the end. */
export class Reader {
  readonly #bytes: Buffer
  #at: number

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes
    this.#at = at
  }

  /** Bytes not read yet. */
  get remaining(): number {
    return this.#bytes.length - this.#at
  }

  #take(length: number): number {
    if (length < 0 || length > this.remaining) {
      throw new MalformedError(`${length} bytes asked for at byte ${this.#at} of ${this.#bytes.length}`)
    }
    const from = this.#at
    this.#at += length
    return from
  }

  int8(): number {
    return this.#bytes.readInt8(this.#take(1))
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#take(2))
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#take(4))
  }

  /** Offsets, times and ids stay far below 2^53; a value past it is treated as malformed, never rounded. */
  int64(): number {
    const from = this.#take(8)
    const value = Number(this.#bytes.readBigInt64BE(from))
    if (!Number.isSafeInteger(value)) throw new MalformedError(`64-bit value past 2^53 at byte ${from}`)
    return value
  }

  /** A varint in zigzag, as inside a record. At most 64 bits, of which 53 are accepted. */
  varint(): number {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#take(1)] ?? 0
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) {
        const plain = Number((value >> 1n) ^ -(value & 1n))
        if (!Number.isSafeInteger(plain)) break
        return plain
      }
    }
    throw new MalformedError(`varint too long before byte ${this.#at}`)
  }

  /** The next `length` bytes, not copied. */
  slice(length: number): Buffer {
    const from = this.#take(length)
    return this.#bytes.subarray(from, from + length)
  }
}
