import { MalformedError } from './wire/reader.ts'

/** Largest request in bytes (Kafka's `socket.request.max.bytes`). */
const maxRequestBytes = 100 * 1024 * 1024

/**
 * Cuts a stream into its frames: a 32-bit length, then so many bytes. Memory grows with what has arrived, never with
 * what a length promises.
 * @throws MalformedError for a length that is negative or over the limit.
 */
export async function* readFrames(
  stream: AsyncIterable<Buffer>,
  limit: number = maxRequestBytes,
): AsyncGenerator<Buffer, void, void> {
  let chunks: Buffer[] = []
  let arrived = 0
  const join = () => {
    const whole = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, arrived)
    chunks = [whole]
    return whole
  }
  let length: number | undefined
  for await (const chunk of stream) {
    chunks.push(chunk)
    arrived += chunk.length
    for (;;) {
      if (length === undefined) {
        if (arrived < 4) break
        length = join().readInt32BE(0)
        if (length < 0 || length > limit) {
          throw new MalformedError(`a request of ${length} bytes, from 0 to ${limit} are allowed`)
        }
      }
      if (arrived < 4 + length) break
      const whole = join()
      const frame = whole.subarray(4, 4 + length)
      chunks = [whole.subarray(4 + length)]
      arrived -= 4 + length
      length = undefined
      yield frame
    }
  }
}
