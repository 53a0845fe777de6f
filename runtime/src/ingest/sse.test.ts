import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { deadLetterHeadBytes, maxEventBytes } from '../contract.ts'
import { type Aside, createFrameReader, type Frame } from './sse.ts'

function read(chunks: Iterable<Buffer>): { frames: Frame[]; asides: Aside[] } {
  const frames: Frame[] = []
  const asides: Aside[] = []
  const reader = createFrameReader({ frame: f => frames.push(f), aside: a => asides.push(a) })
  for (const chunk of chunks) reader.push(chunk)
  return { frames, asides }
}

const bytes = (text: string) => Buffer.from(text, 'latin1')

function* cut(whole: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < whole.length; at += size) yield whole.subarray(at, at + size)
}

describe('a hostile source', () => {
  test('invalid UTF-8, U+0000 and an escaped lone surrogate come through byte for byte', () => {
    const data = Buffer.concat([
      Buffer.from('{"a":"\\ud800 é'),
      Buffer.from([0xff, 0xc0, 0x80, 0x00, 0xed, 0xa0]),
    ])
    const { frames } = read([Buffer.concat([bytes('id: [1]\ndata: '), data, bytes('\n\n')])])
    expect(frames).toEqual([{ id: '[1]', data, size: data.length }])
  })

  test('any bytes but line ends survive, however the chunks fall', () => {
    const line = fc
      .uint8Array({ minLength: 1, maxLength: 60 })
      .map(array => Buffer.from(array.map(byte => (byte === 10 || byte === 13 ? 32 : byte))))
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 9 }),
        (lines, size) => {
          const stream = Buffer.concat(
            lines.flatMap(data => [bytes('event: message\ndata: '), data, bytes('\n\n')]),
          )
          expect(read(cut(stream, size)).frames.map(frame => frame.data)).toEqual(lines)
        },
      ),
    )
  })

  test.each(['\n', '\r', '\r\n'])('line end %j, one byte at a time', end => {
    const stream = bytes(
      `:ok${end}${end}id: 7${end}data: a${end}data:b${end}data${end}${end}data: c${end}${end}x`,
    )
    const { frames, asides } = read(cut(stream, 1))
    expect(frames.map(({ data, size, id }) => [String(data), size, id])).toEqual([
      ['a\nb\n', 4, '7'],
      ['c', 1, undefined],
    ])
    expect(asides).toEqual([{ kind: 'comment', text: 'ok' }])
  })

  test('a frame whose last line or blank line was cut off is no event', () => {
    expect(read([bytes('data: whole\n\ndata: cut')]).frames).toHaveLength(1)
    expect(read([bytes('data: whole\n\ndata: no blank line\n')]).frames).toHaveLength(1)
  })

  test('an event of exactly the limit is whole, one byte more leaves its head and its true size', () => {
    for (const prefix of ['data: ', 'data:']) {
      const stream = (size: number) => bytes(`${prefix}${'x'.repeat(size)}\n\n`)
      const [whole] = read(cut(stream(maxEventBytes), 65_536)).frames
      expect([whole?.data.length, whole?.size]).toEqual([maxEventBytes, maxEventBytes])
      const [over] = read(cut(stream(maxEventBytes + 1), 65_536)).frames
      expect([over?.data.length, over?.size]).toEqual([deadLetterHeadBytes, maxEventBytes + 1])
    }
  })

  test('an event of many lines counts its newlines, and is cut by their sum', () => {
    const lines = 20
    const each = Math.floor(maxEventBytes / lines)
    const frame = (extra: number) =>
      bytes(
        `${`data: ${'x'.repeat(each - 1)}\n`.repeat(lines)}data:${'y'.repeat(extra)}\n\nid: 2\ndata: next\n\n`,
      )
    const rest = maxEventBytes - lines * each
    const [fits, after] = read(cut(frame(rest), 10_000)).frames
    expect([fits?.size, fits?.data.length, String(after?.data)]).toEqual([
      maxEventBytes,
      maxEventBytes,
      'next',
    ])
    const [over, next] = read(cut(frame(rest + 1), 10_000)).frames
    expect([over?.size, over?.data.length]).toEqual([maxEventBytes + 1, deadLetterHeadBytes])
    expect(next).toEqual({ id: '2', data: Buffer.from('next'), size: 4 })
  })

  test('a 64 MB frame and endless lines of other fields leave memory flat', () => {
    const piece = Buffer.alloc(65_536, 'x')
    function* stream() {
      yield bytes('data: ')
      for (let i = 0; i < 1024; i++) yield piece
      yield bytes('\n\ndata: short\n\n')
      for (const field of ['id: ', ': ', 'nonsense']) {
        yield bytes(field)
        for (let i = 0; i < 512; i++) yield piece
        yield bytes('\n')
      }
      yield bytes('data: still here\n\n')
    }
    const { frames, asides } = read(stream())
    expect(frames.map(({ data, size }) => [data.length, size])).toEqual([
      [deadLetterHeadBytes, 1024 * 65_536],
      [5, 5],
      [10, 10],
    ])
    expect(frames.at(-1)?.id?.length).toBeLessThan(20_000)
    expect(asides.map(({ kind, text }) => [kind, text.length < 400])).toEqual([
      ['comment', true],
      ['malformed-line', true],
    ])
  })

  test('an error frame, an unknown type and a comment are told apart from events', () => {
    const { frames, asides } = read([
      bytes(
        ': hello\nevent: error\ndata: broken pipe\n\nevent: delete\ndata: {}\n\nevent: message\ndata: {}\n\n',
      ),
    ])
    expect(frames).toHaveLength(1)
    expect(asides).toEqual([
      { kind: 'comment', text: 'hello' },
      { kind: 'error', text: 'broken pipe' },
      { kind: 'unknown-type', text: 'delete: {}' },
    ])
  })

  test('a byte order mark, split between chunks, does not spoil the first event', () => {
    const { frames } = read(cut(Buffer.from('\ufeffdata: first\n\n'), 2))
    expect(frames.map(frame => String(frame.data))).toEqual(['first'])
  })
})

test('empty data is an event of no bytes; a frame without data is none', () => {
  expect(read([bytes('data:\n\nid: 4\n\n')]).frames).toEqual([{ data: Buffer.alloc(0), size: 0 }])
})
