import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readOldCsv } from './old-csv.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wikiflow-compare-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function read(content: string | Buffer, flags = {}) {
  const path = join(folder, 'old.csv')
  writeFileSync(path, content)
  return readOldCsv(path, flags)
}
const windowsOf = async (content: string, flags = {}) =>
  [...(await read(content, flags)).windows].map(([at, { sum }]) => [new Date(at).toISOString(), sum])

test.each([
  ['nothing', '', /old\.csv is empty/],
  ['a byte order mark alone', '\uFEFF', /old\.csv is empty/],
  ['a header alone', 'minute,count\n', /a header and no row/],
  ['the same column twice', 'minute,count,count\n2026-11-20 08:00,1,2\n', /two columns 'count'/],
  [
    'a count that is a word',
    'minute,count\n2026-11-20 08:00,1\n2026-11-20 08:01,many\n',
    /line 3: count is 'many'/,
  ],
  ['a negative count', 'minute,count\n2026-11-20 08:00,1\n2026-11-20 08:01,-1\n', /line 3: count is '-1'/],
  ['a count beyond all counting', 'minute,count\n2026-11-20 08:00,1\n2026-11-20 08:01,1e999\n', /'1e999'/],
  ['a count that is missing', 'minute,count\n2026-11-20 08:00,1\n2026-11-20 08:01,\n', /line 3: count is ''/],
  [
    'a time that is none',
    'minute,count\n2026-11-20 08:00,1\n2026-13-20 08:01,1\n',
    /line 3: minute is '2026-13-20/,
  ],
  ['no time at all', 'a,b\n1,2\n', /no column that is known to be a time; its columns are a, b/],
  ['a row that is short', 'minute,count\n2026-11-20 08:00\n', /no whole CSV/],
  [
    'a quotation mark that stays open',
    `minute,count\n"2026-11-20 08:00,1\n${'x'.repeat(110_000)}`,
    /no whole CSV/,
  ],
  ['bytes of an image', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0]), /old\.csv/],
])('%s is refused with a sentence that says where', async (_, content, sentence) => {
  await expect(read(content)).rejects.toThrow(sentence)
})

test('what a hostile header holds doesn’t reach the terminal', async () => {
  await expect(read('\u001b[2Jtime\u202e,b\nx,2\n')).rejects.toThrow(/\\u\{1b\}\[2Jtime\\u\{202e\}/)
})

test('a file that isn’t there, and a folder, are told by their names', async () => {
  await expect(readOldCsv(join(folder, 'none.csv'), {})).rejects.toThrow(/none\.csv can't be read: ENOENT/)
  await expect(readOldCsv(folder, {})).rejects.toThrow(/can't be read: EISDIR/)
})

test.each([
  [
    'a byte order mark, CRLF and quotes',
    '\uFEFF"minute","count"\r\n"2026-11-20 08:00:00","5"\r\n"2026-11-20 08:01:00","6"\r\n',
  ],
  ['semicolons', 'window_start;edits\n2026-11-20T08:00:00Z;5\n2026-11-20T08:01:00Z;6\n'],
  ['tabs and epoch milliseconds', 'ts\tn\n1795161600000\t5\n1795161660000\t6\n'],
  ['seconds since 1970, and decimals', 'ts,total\n1795161600,5.0\n1795161660,6.0\n'],
  [
    'Spark’s windows',
    'window,count\n"[2026-11-20 08:00:00, 2026-11-20 08:01:00]",5\n"{2026-11-20 08:01:00, 2026-11-20 08:02:00}",6\n',
  ],
  ['a zone of seven hours', 'minute,count\n2026-11-20 15:00:00+07,5\n2026-11-20 15:01:00+0700,6\n'],
  [
    'commas and quotes in other columns',
    'title,minute,count\n"a ""b"", c",2026-11-20 08:00,5\n"d\ne",2026-11-20 08:01,6\n',
  ],
])('%s are read', async (_, content) => {
  expect(await windowsOf(content)).toEqual([
    ['2026-11-20T08:00:00.000Z', 5],
    ['2026-11-20T08:01:00.000Z', 6],
  ])
})

test('rows without a count are events, counted by the minute', async () => {
  const content =
    'title,timestamp\na,2026-11-20T08:00:01.5Z\nb,2026-11-20T08:00:59Z\nc,2026-11-20T08:01:00Z\n'
  expect(await windowsOf(content)).toEqual([
    ['2026-11-20T08:00:00.000Z', 2],
    ['2026-11-20T08:01:00.000Z', 1],
  ])
})

test('rows that differ in their count alone are running counts; by wiki they are added up', async () => {
  const old = await read(
    'minute,wiki,count\n2026-11-20 08:00,enwiki,3\n2026-11-20 08:00,enwiki,5\n2026-11-20 08:00,dewiki,2\n',
  )
  expect([...old.windows.values()]).toEqual([{ sum: 10, largest: 7, repeated: 1, canaries: 0 }])
  expect([...(old.values.wiki ?? [])]).toEqual([
    ['enwiki', 8],
    ['dewiki', 2],
  ])
})

test('a column that isn’t there is named, with those that are', async () => {
  await expect(read('minute,count\n2026-11-20 08:00,1\n', { count: 'edits"; DROP' })).rejects.toThrow(
    /no column edits"; DROP \(--count\); there is: minute, count/,
  )
})

test('events of several wikis and hours are counted, whatever their order', async () => {
  const lines = Array.from({ length: 5_000 }, (_, i) => `${1_795_161_600 + ((i * 7_919) % 600)},w${i % 50}`)
  const old = await read(`ts,wiki\n${lines.join('\n')}\n`)
  expect(old.windows.size).toBe(10)
  expect([...old.windows.values()].reduce((all, { sum }) => all + sum, 0)).toBe(5_000)
  expect(old.values.wiki?.size).toBe(50)
})
