/** Frames are made at least so long, in bytes, until the last: the host starts a process for each. */
const frameBytes = 256 * 1024

/**
 * Cuts input for a host's script into frames, each its length in decimal, a newline, and so many bytes; `0` and a
 * newline are the end (see `remoteCommand`).
 */
export async function* frames(source: AsyncIterable<Uint8Array | string>): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = []
  let length = 0
  const frame = () => {
    const whole = Buffer.concat([Buffer.from(`${length}\n`), ...waiting])
    waiting = []
    length = 0
    return whole
  }
  for await (const chunk of source) {
    const bytes = Buffer.from(chunk)
    waiting.push(bytes)
    length += bytes.length
    if (length >= frameBytes) yield frame()
  }
  if (length > 0) yield frame()
  yield Buffer.from('0\n')
}
