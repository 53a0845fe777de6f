import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readFrames } from './frames.ts'

async function* chunked(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0
  for (let n = 0; at < bytes.length; n++) {
    const size = Math.max(1, sizes[n % sizes.length] ?? 1)
    yield bytes.subarray(at, at + size)
    at += size
  }
}

function framed(payload: Uint8Array): Buffer {
  const length = Buffer.alloc(4)
  length.writeInt32BE(payload.length)
  return Buffer.concat([length, payload])
}

it('finds the same frames however the stream is cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 50 })),
      fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }),
      async (payloads, sizes) => {
        const found: Buffer[] = []
        const stream = chunked(Buffer.concat(payloads.map(framed)), sizes)
        for await (const frame of readFrames(stream)) found.push(Buffer.from(frame))
        expect(found).toEqual(payloads.map(payload => Buffer.from(payload)))
      },
    ),
  )
})

it.each([
  ['negative', -1],
  ['over the limit', 101],
])('refuses a length that is %s', async (_, length) => {
  const bytes = Buffer.alloc(8)
  bytes.writeInt32BE(length)
  const read = async () => {
    for await (const _frame of readFrames(chunked(bytes, [8]), 100));
  }
  await expect(read()).rejects.toThrow(`a request of ${length} bytes, from 0 to 100 are allowed`)
})

it('ends quietly when the stream ends inside a frame', async () => {
  const found: Buffer[] = []
  for await (const frame of readFrames(chunked(framed(Buffer.alloc(50)).subarray(0, 30), [7])))
    found.push(frame)
  expect(found).toEqual([])
})
