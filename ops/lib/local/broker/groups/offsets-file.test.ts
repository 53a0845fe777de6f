import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../log/test-log.ts'
import { OffsetsFile } from './offsets-file.ts'

const nothing = () => {}
const at = (topic: string, partition: number, offset: number, metadata = '') => ({
  ...{ topic, partition, offset, metadata },
})

it('keeps what was committed, under names as hostile as they come', async () => {
  const folder = await temporaryFolder()
  const offsets = await OffsetsFile.open(folder, nothing)
  for (const group of ['__proto__', 'constructor', '\u0000', 'a"b\\', 'группа']) {
    await offsets.commit(group, [at('edits', 0, 5, 'm\u0000'), at('edits', 11, 7)])
    await offsets.commit(group, [at('edits', 0, 6)])
  }
  const opened = await OffsetsFile.open(folder, nothing)
  expect(opened.groups()).toEqual(offsets.groups())
  for (const group of opened.groups()) {
    expect(opened.of(group).get('edits')?.get(0)).toEqual({ offset: 6, metadata: '' })
    expect(opened.of(group).get('edits')?.get(11)).toEqual({ offset: 7, metadata: '' })
  }
})

it('takes commits that come at once, the last one of a partition standing', async () => {
  const folder = await temporaryFolder()
  const offsets = await OffsetsFile.open(folder, nothing)
  await Promise.all(
    Array.from({ length: 200 }, (_, n) => offsets.commit(`g${n % 3}`, [at('edits', n % 5, n)])),
  )
  const opened = await OffsetsFile.open(folder, nothing)
  expect(opened.of('g1').get('edits')?.get(4)?.offset).toBe(199)
})

it('forgets a group, and a topic in all groups', async () => {
  const folder = await temporaryFolder()
  const offsets = await OffsetsFile.open(folder, nothing)
  await offsets.commit('one', [at('edits', 0, 1), at('other', 0, 1)])
  await offsets.commit('two', [at('edits', 0, 1)])
  await offsets.deleteTopic('edits')
  expect(offsets.groups()).toEqual(['one'])
  await offsets.deleteGroup('one')
  expect((await OffsetsFile.open(folder, nothing)).groups()).toEqual([])
})

it('fails a commit that could not be written, and does not show it', async () => {
  const folder = await temporaryFolder()
  let full = false
  const offsets = await OffsetsFile.open(folder, () => {
    if (full) throw new Error('no space left on device')
  })
  await offsets.commit('one', [at('edits', 0, 1)])
  full = true
  await expect(offsets.commit('one', [at('edits', 0, 2)])).rejects.toThrow('no space left')
  expect(offsets.of('one').get('edits')?.get(0)?.offset).toBe(1)
  full = false
  await offsets.commit('one', [at('edits', 0, 3)])
  expect((await OffsetsFile.open(folder, nothing)).of('one').get('edits')?.get(0)?.offset).toBe(3)
})

it('refuses a damaged file by its name instead of letting every group begin anew', async () => {
  const folder = await temporaryFolder()
  await (await OffsetsFile.open(folder, nothing)).commit('one', [at('edits', 0, 1)])
  const path = join(folder, 'offsets.json')
  await writeFile(path, (await readFile(path, 'utf8')).slice(0, -4))
  await expect(OffsetsFile.open(folder, nothing)).rejects.toThrow(`${path} is damaged`)
})
