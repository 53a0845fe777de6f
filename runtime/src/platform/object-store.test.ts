import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { openObjectStore } from './object-store.ts'

const root = mkdtempSync(join(tmpdir(), 'wikiflow-store-'))
afterAll(() => rmSync(root, { recursive: true }))
let count = 0
const newFolder = () => join(root, `a folder ${++count} ü`)
const open = (folder: string) => openObjectStore(pathToFileURL(folder).href)

async function keys(list: AsyncIterable<{ key: string; bytes: number }>) {
  const found = []
  for await (const object of list) found.push(object)
  return found
}

test('an object is stored under its key, and its file is where a reader looks for it', async () => {
  const folder = newFolder()
  const store = await open(folder)
  expect(await store.putNew('raw/dt=2026-08-04/a.parquet', Buffer.from('abc'), {})).toBe('created')
  expect(readFileSync(join(folder, 'raw/dt=2026-08-04/a.parquet'), 'utf8')).toBe('abc')
  expect(await store.head('raw/dt=2026-08-04/a.parquet')).toEqual({ bytes: 3, metadata: {} })
  expect((await store.read('raw/dt=2026-08-04/a.parquet')).toString()).toBe('abc')
})

test('nothing is ever overwritten', async () => {
  const store = await open(newFolder())
  await store.putNew('a', Buffer.from('first'), {})
  expect(await store.putNew('a', Buffer.from('second'), {})).toBe('exists')
  expect((await store.read('a')).toString()).toBe('first')
})

test('of many who put the same key at once, one creates it', async () => {
  const folder = newFolder()
  const stores = await Promise.all([open(folder), open(folder)])
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, (_, index) => stores[index % 2]?.putNew('raw/x/a', Buffer.from('same'), {})),
  )
  expect(outcomes.filter(outcome => outcome === 'created')).toHaveLength(1)
})

test('a prefix lists its objects in order, without what is under way', async () => {
  const folder = newFolder()
  const store = await open(folder)
  for (const key of ['raw/b/2', 'raw/a/10', 'other/x']) await store.putNew(key, Buffer.from(key), {})
  writeFileSync(join(folder, '.unfinished', 'half'), 'x')
  expect(await keys(store.list('raw/'))).toEqual([
    { key: 'raw/a/10', bytes: 8 },
    { key: 'raw/b/2', bytes: 7 },
  ])
  expect((await keys(store.list(''))).map(object => object.key)).toEqual(['other/x', 'raw/a/10', 'raw/b/2'])
})

test('a folder that is not there yet is empty', async () => {
  const store = await open(newFolder())
  expect(await keys(store.list(''))).toEqual([])
  expect(await store.head('a')).toBeUndefined()
  await expect(store.read('a')).rejects.toThrow(/can't read a in .*: it is not there/)
})

test('a killed writer leaves no half object, and its draft is cleared away once it is old', async () => {
  const folder = newFolder()
  mkdirSync(join(folder, '.unfinished'), { recursive: true })
  const old = join(folder, '.unfinished', 'old')
  writeFileSync(old, 'half')
  utimesSync(old, 0, Date.now() / 1000 - 7_200)
  writeFileSync(join(folder, '.unfinished', 'live'), 'half')
  const store = await open(folder)
  expect(readdirSync(join(folder, '.unfinished'))).toEqual(['live'])
  expect(await keys(store.list(''))).toEqual([])
})

test('no draft is left after a put, whatever its outcome', async () => {
  const folder = newFolder()
  const store = await open(folder)
  await store.putNew('a', Buffer.from('1'), {})
  await store.putNew('a', Buffer.from('1'), {})
  mkdirSync(join(folder, 'taken'))
  await store.putNew('taken', Buffer.from('1'), {}).catch(() => {})
  await store.putNew('a/b', Buffer.from('1'), {}).catch(() => {})
  expect(readdirSync(join(folder, '.unfinished'))).toEqual([])
})

test('a file in the way is a sentence', async () => {
  const store = await open(newFolder())
  await store.putNew('a', Buffer.from('1'), {})
  await expect(store.putNew('a/b', Buffer.from('1'), {})).rejects.toThrow(
    /can't write a\/b in .*: something in its path is a file/,
  )
})

test.each(['../a', '/a', 'a//b', '.', 'a/./b'])('%s leads out of the folder and is refused', async key => {
  const store = await open(newFolder())
  await expect(store.putNew(key, Buffer.from('1'), {})).rejects.toThrow('is no object key')
})

test.each(['', 'lake', 'https://example.org/x', 's3:///x', '/tmp/x'])('%j is no store', async url => {
  await expect(openObjectStore(url)).rejects.toThrow('allowed: file:///a/folder or s3://bucket/prefix')
})
