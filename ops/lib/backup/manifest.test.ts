import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { UserError } from '../script.ts'
import { backupFiles, filesOf, readManifest } from './manifest.ts'

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'wikiflow-backup-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

const whole = {
  version: 1,
  stack: 'wikiflow',
  release: 'aaaaaaaaaaaa',
  engine: 'redpanda:v26.2.1',
  time: '2026-11-20T08:00:00.000Z',
  clusterId: 'log-1',
  ends: [{ partition: 0, start: 0, end: 100 }],
  volumeBytes: 1_000,
  archive: { bytes: 5, sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824' },
}

test('files are named after the moment, and either names the other', () => {
  const files = backupFiles('/b', new Date('2026-11-20T08:00:00.999Z'))
  expect(files).toEqual({
    archive: '/b/2026-11-20T08-00-00Z.tar.gz',
    manifest: '/b/2026-11-20T08-00-00Z.json',
  })
  expect(filesOf(files.archive)).toEqual(files)
  expect(filesOf(files.manifest)).toEqual(files)
})

test.each(['', '/b', '.tar.gz', '/b/x.tar', '/b/x.tar.gz.part'])('%j is no backup', path => {
  expect(() => filesOf(path)).toThrow(UserError)
})

test('what a backup wrote is read', async () => {
  const files = backupFiles(folder(), new Date())
  writeFileSync(files.manifest, JSON.stringify(whole))
  expect(await readManifest(files)).toEqual(whole)
})

test.each([
  ['it is missing', undefined, /wasn't finished/],
  ['it is empty', '', /isn't what a backup wrote/],
  ['it is cut off', JSON.stringify(whole).slice(0, 50), /isn't what a backup wrote/],
  ['a later version wrote it', JSON.stringify({ ...whole, version: 2 }), /version/],
  ['an offset is a text', JSON.stringify({ ...whole, ends: [{ partition: 0, start: 0, end: '1' }] }), /ends/],
])('a manifest is refused in a sentence when %s', async (_, text, said) => {
  const files = backupFiles(folder(), new Date())
  if (text !== undefined) writeFileSync(files.manifest, text)
  await expect(readManifest(files)).rejects.toThrow(said)
  await expect(readManifest(files)).rejects.toThrow(UserError)
})
