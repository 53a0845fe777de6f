/** A payload of at least this many bytes is passed on as it is instead of being copied. */
const copyBelowBytes = 4_096

/** Writes the protocol's big-endian primitives. Large payloads are kept by reference. */
export class Writer {
  readonly #done: Buffer[] = []
  #page = Buffer.allocUnsafe(512)
  #used = 0
  #length = 0

  /** Bytes written so far. */
  get length(): number {
    return this.#length
  }

  #room(length: number): number {
    if (this.#used + length > this.#page.length) {
      this.#flush()
      this.#page = Buffer.allocUnsafe(Math.max(length, this.#page.length * 2, 512))
    }
    const at = this.#used
    this.#used += length
    this.#length += length
    return at
  }

  #flush(): void {
    if (this.#used > 0) this.#done.push(this.#page.subarray(0, this.#used))
    this.#page = this.#page.subarray(this.#used)
    this.#used = 0
  }

  int8(value: number): void {
    const at = this.#room(1)
    this.#page.writeInt8(value, at)
  }

  int16(value: number): void {
    const at = this.#room(2)
    this.#page.writeInt16BE(value, at)
  }

  int32(value: number): void {
    const at = this.#room(4)
    this.#page.writeInt32BE(value, at)
  }

  int64(value: number): void {
    const at = this.#room(8)
    this.#page.writeBigInt64BE(BigInt(value), at)
  }

  bytes(value: Buffer): void {
    if (value.length < copyBelowBytes) {
      const at = this.#room(value.length)
      value.copy(this.#page, at)
      return
    }
    this.#flush()
    this.#done.push(value)
    this.#length += value.length
  }

  /** All that was written, in order; the writer can go on. */
  chunks(): Buffer[] {
    this.#flush()
    return [...this.#done]
  }
}
