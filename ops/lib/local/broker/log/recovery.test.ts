import { existsSync } from 'node:fs'
import { copyFile, open, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { errors } from '../protocol/errors.ts'
import { segmentPath } from './segment.ts'
import { offsetsFrom, oneRecord, TestLog, temporaryFolder } from './test-log.ts'

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n)

async function overwrite(path: string, position: number, bytes: Buffer): Promise<void> {
  const file = await open(path, 'r+')
  await file.write(bytes, 0, bytes.length, position)
  await file.close()
}

/** A log of ten batches of `size` bytes each, closed as a crash would. */
async function crashed(overrides: Record<string, string> = {}) {
  const test = new TestLog(await temporaryFolder())
  test.overrides = overrides
  const log = await test.open()
  for (const n of upTo(10)) await log.append(oneRecord(`edit number ${n}`))
  await log.close({ checkpoint: false })
  const path = segmentPath(test.folder, 0, 'log')
  return { test, path, size: oneRecord('edit number 0').length }
}

it('cuts off a write that was torn at any byte, and loses no whole batch', async () => {
  const { test, path, size } = await crashed()
  const kept = join(test.folder, 'kept')
  await copyFile(path, kept)
  for (const left of upTo(size)) {
    await copyFile(kept, path)
    await rm(segmentPath(test.folder, 0, 'index'), { force: true })
    await truncate(path, 9 * size + left)
    const log = await test.open()
    expect([log.endOffset, test.cutBytes]).toEqual([9, left])
    expect((await log.append(oneRecord('next'))).baseOffset).toBe(9)
    await log.close({ checkpoint: false })
  }
})

it.each([
  ['zeros', Buffer.alloc(5_000)],
  ['garbage', Buffer.alloc(5_000, 0xa7)],
  ['the head of a batch that promises 2 GiB', Buffer.from('000000000000000a7fffffff00000000020000', 'hex')],
])('cuts off a tail of %s', async (_, tail) => {
  const { test, path, size } = await crashed()
  await overwrite(path, 10 * size, tail)
  const log = await test.open()
  expect([log.endOffset, test.cutBytes]).toEqual([10, tail.length])
  expect((await stat(path)).size).toBe(10 * size)
  expect(await offsetsFrom(log, 0)).toEqual(upTo(10))
})

it('cuts off a last batch whose bytes are wrong: nobody was told that it is there', async () => {
  const { test, path, size } = await crashed()
  await overwrite(path, 10 * size - 3, Buffer.from([0xff]))
  const log = await test.open()
  expect([log.endOffset, test.cutBytes]).toEqual([9, size])
})

it('refuses to start on damage that whole batches follow, naming the file and the position', async () => {
  const { test, path, size } = await crashed()
  await overwrite(path, 4 * size + 70, Buffer.from([0xff]))
  await expect(test.open()).rejects.toThrow(
    `${path} is damaged at byte ${4 * size}: whole batches follow behind it`,
  )
  expect((await stat(path)).size).toBe(10 * size)
})

it('refuses to start when acknowledged bytes are gone', async () => {
  const test = new TestLog(await temporaryFolder())
  const log = await test.open()
  await log.append(oneRecord('x'))
  await log.close({ checkpoint: true })
  const path = segmentPath(test.folder, 0, 'log')
  await truncate(path, 10)
  await expect(test.open()).rejects.toThrow(`${path} is damaged at byte 10`)
})

it('never serves a batch that was damaged while it ran, and says which', async () => {
  const test = new TestLog(await temporaryFolder())
  const log = await test.open()
  for (const n of upTo(10)) await log.append(oneRecord(`edit number ${n}`))
  const path = segmentPath(test.folder, 0, 'log')
  const size = oneRecord('edit number 0').length
  await overwrite(path, 5 * size + 70, Buffer.from([0xff]))
  await expect(log.read(5, 10_000)).rejects.toMatchObject({ code: errors.corruptMessage })
  await expect(log.read(0, 10_000)).rejects.toMatchObject({ code: errors.corruptMessage })
  expect(test.problems).toMatchObject([
    { what: 'reading edits-0', message: expect.stringContaining(`${path} is damaged at byte ${5 * size}`) },
  ])
  expect((await log.read(6, size)).length).toBe(size)
})

it('reads only what came after the checkpoint', async () => {
  const { test, path } = await crashed()
  await (await test.open()).close({ checkpoint: true })
  // Damage in what is known to be whole isn't looked for at the start; it is found when it is read.
  await overwrite(path, 70, Buffer.from([0xff]))
  const log = await test.open()
  expect(log.endOffset).toBe(10)
  await expect(log.read(0, 100)).rejects.toMatchObject({ code: errors.corruptMessage })
})

it.each([
  ['missing', undefined],
  ['empty', ''],
  ['half written', '{"bytes":10'],
  ['of another make', '{"version":7}'],
])('makes an index anew that is %s', async (_, content) => {
  const { test } = await crashed({ 'segment.bytes': '300' })
  const index = segmentPath(test.folder, 0, 'index')
  if (content === undefined) await rm(index)
  else await writeFile(index, content)
  const log = await test.open()
  expect(await offsetsFrom(log, 0)).toEqual(upTo(10))
})

it('finds a hole where a segment was deleted, and does not read over it', async () => {
  const { test } = await crashed({ 'segment.bytes': '300' })
  const gone = upTo(10)
    .slice(2)
    .find(base => existsSync(segmentPath(test.folder, base, 'log')))
  await rm(segmentPath(test.folder, gone ?? 0, 'log'))
  const log = await test.open()
  await expect(offsetsFrom(log, 0)).rejects.toMatchObject({ code: errors.corruptMessage })
})

it('keeps Kafka’s layout: a segment is nothing but the batches as they were sent, with their offsets', async () => {
  const { path, size } = await crashed()
  const bytes = await readFile(path)
  const sent = oneRecord('edit number 3')
  const stored = bytes.subarray(3 * size, 4 * size)
  expect(stored.readBigInt64BE(0)).toBe(3n)
  expect(stored.subarray(16)).toEqual(sent.subarray(16))
})
