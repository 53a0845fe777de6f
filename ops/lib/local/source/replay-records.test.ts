import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { inspectFile, readBytes } from './replay-file.ts'
import { type ReplayRecord, recordsOf, replayRecords } from './replay-records.ts'

const folder = mkdtempSync(join(tmpdir(), 'replay-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0

function fileOf(content: string | Buffer, ending = 'txt'): string {
  const path = join(folder, `${files++}.${ending}`)
  writeFileSync(path, content)
  return path
}

/** The records up to the end that the file has now. */
async function readAll(path: string): Promise<ReplayRecord[]> {
  const file = await inspectFile(path)
  async function* upToEnd() {
    for await (const chunk of readBytes(file, new AbortController().signal)) {
      yield chunk
      if (chunk === 'end') return
    }
  }
  const records: ReplayRecord[] = []
  for await (const record of recordsOf(upToEnd(), file)) records.push(record)
  return records
}

const dataOf = (records: readonly ReplayRecord[]) => records.map(({ data }) => data?.toString())

test('lines keep their bytes; BOM, CRLF and empty lines are not events, and lines are numbered as in the file', async () => {
  const records = await readAll(fileOf('\ufeff{"a": 1 }\r\n\r\n  \n{"b":"ä\\u0000"}\nnot json\n'))
  expect(dataOf(records)).toEqual(['{"a": 1 }', '{"b":"ä\\u0000"}', 'not json'])
  expect(records.map(({ index }) => index)).toEqual([0, 3, 4])
  expect(records[1]?.id).toMatch(/^\[\{"topic":"replay\.[0-9a-f]{12}","partition":0,"offset":3\}\]$/)
  expect(records[0]?.bytes.toString()).toBe(`event: message\nid: ${records[0]?.id}\ndata: {"a": 1 }\n\n`)
})

test('a last line without an end counts when it is whole JSON, and not when it is half of it', async () => {
  expect(dataOf(await readAll(fileOf('{"a":1}\n{"b":2}')))).toEqual(['{"a":1}', '{"b":2}'])
  expect(dataOf(await readAll(fileOf('{"a":1}\n{"b":2')))).toEqual(['{"a":1}'])
  expect(dataOf(await readAll(fileOf('{"a":1}\n42')))).toEqual(['{"a":1}'])
})

test('what is appended comes too: a half line when it is whole, a whole one not twice', async () => {
  const path = fileOf('{"a":1}\n{"b":2}')
  const stop = new AbortController()
  const records: ReplayRecord[] = []
  for await (const record of replayRecords(await inspectFile(path), stop.signal)) {
    records.push(record)
    if (records.length === 2) appendFileSync(path, '\n{"c":')
    if (records.length === 2) setTimeout(() => appendFileSync(path, '3}\n'), 250)
    if (records.length === 3) break
  }
  expect(dataOf(records)).toEqual(['{"a":1}', '{"b":2}', '{"c":3}'])
  expect(records.map(({ index }) => index)).toEqual([0, 1, 2])
})

test('frames keep their bytes, whatever ends their lines', async () => {
  for (const end of ['\n', '\r\n', '\r']) {
    const frames = [
      `:ok${end}${end}`,
      `event: message${end}id: [1]${end}data: {"a":1}${end}${end}`,
      `data:{"b":${end}data: 2}${end}${end}`,
    ]
    const records = await readAll(fileOf(frames.join('')))
    expect(records.map(({ bytes }) => bytes.toString())).toEqual(frames)
    expect(dataOf(records)).toEqual([undefined, '{"a":1}', '{"b":\n2}'])
    expect(records.map(({ index }) => index)).toEqual([undefined, 0, 1])
    expect(records.map(({ id }) => id)).toEqual([undefined, '[1]', undefined])
  }
})

test('an unfinished last frame is kept back until it is whole', async () => {
  for (const [half, rest] of [
    ['data: {"b"', ':2}\n\n'],
    ['data: {"b":2}', '\n\n'],
    ['data: {"b":2}\n', '\n'],
    ['data: {"b":2}\r\n', '\r\n'],
  ] as const) {
    const path = fileOf(`data: {"a":1}\n\n${half}`)
    const records: ReplayRecord[] = []
    setTimeout(() => appendFileSync(path, rest), 250)
    for await (const record of replayRecords(await inspectFile(path), new AbortController().signal)) {
      records.push(record)
      if (records.length === 2) break
    }
    expect(records[1]?.bytes.toString()).toBe(half + rest)
  }
})

test('frames are the same however the file is cut into reads', async () => {
  const line = fc.constantFrom('data: x', 'id: [1]', ':', 'event: message', '')
  const end = fc.constantFrom('\n', '\r\n', '\r')
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(line, end), { maxLength: 12 }), async lines => {
      const text = `:start\n\n${lines.map(parts => parts.join('')).join('')}`
      const file = { path: 'x', format: 'sse', isGzip: false, topic: 'x' } as const
      const read = async (size: number) => {
        const records: string[] = []
        async function* chunks() {
          for (let at = 0; at < text.length; at += size) yield Buffer.from(text.slice(at, at + size))
          yield 'end' as const
        }
        for await (const { bytes } of recordsOf(chunks(), file)) records.push(bytes.toString())
        return records
      }
      const whole = await read(text.length)
      expect(await read(1)).toEqual(whole)
      expect(await read(3)).toEqual(whole)
      expect(text.startsWith(whole.join(''))).toBe(true)
    }),
    { numRuns: 200 },
  )
})

test('gzipped files are read as what is in them, whatever their name', async () => {
  const packed = gzipSync('\ufeff{"a":1}\n{"b":2}\n')
  expect(dataOf(await readAll(fileOf(packed, 'ndjson')))).toEqual(['{"a":1}', '{"b":2}'])
  const half = fileOf(packed.subarray(0, packed.length - 8), 'gz')
  await expect(readAll(half)).rejects.toThrow("can't be unpacked")
})

test('a line or a frame without end does not fill the memory', async () => {
  async function* endless() {
    for (const chunk = Buffer.alloc(10_000, 'x'); ; ) yield chunk
  }
  const file = { path: 'x', format: 'ndjson', isGzip: false, topic: 'x' } as const
  const read = (format: 'ndjson' | 'sse') => recordsOf(endless(), { ...file, format }, 100_000).next()
  await expect(read('ndjson')).rejects.toThrow('x has a line of more than 100000 bytes')
  await expect(read('sse')).rejects.toThrow('x has a frame of more than 100000 bytes')
})

test.each([
  ['an empty file', '', 'is empty: there is nothing to replay.'],
  ['blank lines', '\ufeff\r\n  \n', 'is empty'],
  [
    'a spreadsheet',
    'id,title\n1,x\n',
    'is neither newline-delimited JSON nor an event stream: its first line is "id,title"',
  ],
  ['a JSON array', '[{"a":1}]', "jq -c '.[]' FILE"],
  ['JSON over several lines', '{\n  "a": 1\n}\n', 'is neither'],
  ['binary', '\0\x01\x02', 'is neither'],
])('%s is refused in a sentence', async (_what, content, said) => {
  await expect(inspectFile(fileOf(content))).rejects.toThrow(said)
})

test('a file that is missing, or no file, is refused by its name', async () => {
  await expect(inspectFile(join(folder, 'none'))).rejects.toThrow(`There is no file ${join(folder, 'none')}.`)
  await expect(inspectFile(folder)).rejects.toThrow('is not a file')
  await expect(inspectFile('/dev/null')).rejects.toThrow('is not a file')
  await expect(inspectFile(folder)).rejects.toMatchObject({ name: 'SourceFileError' })
})
