import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lockState, openStateDir } from './state-dir.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'wikiflow-state-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

test('passwords are made once, and readable by their owner alone', () => {
  const { passwordFiles } = openStateDir(root, 'simulate')
  const first = statSync(passwordFiles.reader)
  expect(first.mode & 0o777).toBe(0o600)
  openStateDir(root, 'simulate')
  expect(statSync(passwordFiles.reader).mtimeMs).toBe(first.mtimeMs)
})

test('a folder of a newer release is refused with the file, both versions and the way out', () => {
  mkdirSync(join(root, 'live'))
  writeFileSync(join(root, 'live', 'layout'), '99\n')
  expect(() => openStateDir(root, 'live')).toThrow(/live\/layout says version 99.*version 1.*--reset/)
})

test('a file where the folder should be is named', () => {
  writeFileSync(join(root, 'live'), '')
  expect(() => openStateDir(root, 'live')).toThrow(/can't write to .*live \((EEXIST|ENOTDIR)\).*--state DIR/)
})

const canMount = process.platform === 'linux' && process.getuid?.() === 0

test.runIf(canMount)('a read-only file system and a full disk are named, with what to do', () => {
  const full = join(root, 'full')
  mkdirSync(full)
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', full])
  try {
    expect(() => openStateDir(full, 'live')).toThrow(/\(ENOSPC\): the disk is full/)
    execFileSync('mount', ['-o', 'remount,ro', full])
    expect(() => openStateDir(full, 'simulate')).toThrow(/\(EROFS\): it lies on a read-only file system/)
  } finally {
    execFileSync('umount', [full])
  }
})

test('a second start on the same folder is told who holds it; a dead holder holds nothing', async () => {
  const script = join(root, 'start.ts')
  writeFileSync(script, 'setInterval(() => {}, 1000)')
  const holder = spawn(process.execPath, [script])
  try {
    writeFileSync(join(root, 'lock'), `${holder.pid}\n`)
    expect(() => lockState(root)).toThrow(`(process ${holder.pid})`)
  } finally {
    holder.kill('SIGKILL')
  }
  await new Promise(resolve => holder.once('exit', resolve))
  lockState(root)()
})
