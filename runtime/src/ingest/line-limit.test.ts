import { expect, test } from 'vitest'
import { createLineLimit } from './line-limit.ts'

function limited(text: string, chunkBytes = 1): { lines: string[]; sizes: number[] } {
  const lines: string[] = []
  const sizes: number[] = []
  const limit = createLineLimit({
    maxDataBytes: 10,
    maxOtherBytes: 20,
    onLine: line => {
      lines.push(line)
      if (line === '\n') sizes.push(limit.dataBytes())
    },
  })
  const bytes = Buffer.from(text, 'latin1')
  for (let at = 0; at < bytes.length; at += chunkBytes) limit.push(bytes.subarray(at, at + chunkBytes))
  return { lines, sizes }
}

test('a hundred thousand empty data lines leave no more behind than the limit', () => {
  const { lines, sizes } = limited(`${'data:\n'.repeat(100_000)}\ndata:next\n\n`, 65_536)
  expect(sizes).toEqual([99_999, 4])
  // Eleven empty lines are the ten newlines that fit.
  expect(lines.slice(10)).toEqual(['data:\n', '\n', 'data:next\n', '\n'])
})

test('data is cut at the limit, with its space or without, and counted to its end', () => {
  expect(limited('data:0123456789\n\n')).toEqual({ lines: ['data:0123456789\n', '\n'], sizes: [10] })
  expect(limited('data: 0123456789abc\n\n')).toEqual({ lines: ['data: 0123456789\n', '\n'], sizes: [13] })
  // The byte that shares the six of the prefix passes as well; the size says that it is too much.
  expect(limited('data:01234\ndata:567\ndata:89\ndata:x\n\n')).toEqual({
    lines: ['data:01234\n', 'data:567\n', 'data:8\n', '\n'],
    sizes: [14],
  })
})

test('a field that only begins like data is not data', () => {
  expect(limited('database: x\ndata\ndat\nid: 1\n\n')).toEqual({
    lines: ['database: x\n', 'data\n', 'dat\n', 'id: 1\n', '\n'],
    sizes: [0],
  })
})

test('another field’s line is cut, and the next line is whole', () => {
  expect(limited(`: ${'x'.repeat(50)}\nid: 7\n`).lines).toEqual([`: ${'x'.repeat(18)}\n`, 'id: 7\n'])
})
