import { Writable } from 'node:stream'

/** Takes a script's output as bytes: `RunOptions.stdout` that keeps what comes. */
export function gather(): { sink: Writable; bytes(): Buffer } {
  const chunks: Buffer[] = []
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(chunk)
      done()
    },
  })
  return { sink, bytes: () => Buffer.concat(chunks) }
}
