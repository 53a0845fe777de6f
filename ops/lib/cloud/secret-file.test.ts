import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { moveSecret, newPassword, readOrMakeSecret, readSecret, writeSecret } from './secret-file.ts'

let root: string
let path: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'wikiflow-secret-'))
  path = join(root, 'cloud', 'wikiflow', 'master-password')
})

afterEach(() => rmSync(root, { recursive: true }))

const mode = (file: string) => (statSync(file).mode & 0o777).toString(8)

test('a password has none of the characters that RDS refuses, and is never the same', () => {
  const passwords = Array.from({ length: 500 }, newPassword)
  expect(new Set(passwords).size).toBe(500)
  expect(passwords.filter(password => !/^[\w-]{43}$/.test(password))).toEqual([])
})

test('a secret is for this user alone, whatever the umask and the modes before', async () => {
  const before = process.umask(0)
  try {
    mkdirSync(dirname(path), { recursive: true })
    await writeSecret(path, 'first')
    expect([mode(path), mode(dirname(path))]).toEqual(['600', '700'])
    chmodSync(path, 0o644)
    await writeSecret(path, 'second')
    expect([mode(path), readFileSync(path, 'utf8')]).toEqual(['600', 'second\n'])
  } finally {
    process.umask(before)
  }
})

test('what a killed run left half written is neither read nor in the way', async () => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(`${path}.${process.pid}.part`, 'hal', { mode: 0o644 })
  expect(await readSecret(path)).toBeUndefined()
  const secret = await readOrMakeSecret(path)
  expect(readdirSync(dirname(path))).toEqual(['master-password'])
  expect(mode(path)).toBe('600')
  expect(await readOrMakeSecret(path)).toBe(secret)
})

test('the next to write a secret removes what killed runs left of it, and nothing of a run that lives', async () => {
  mkdirSync(dirname(path), { recursive: true })
  const [gone, alive] = [`${path}.4194999.part`, `${path}.${process.ppid}.part`]
  for (const part of [gone, alive]) writeFileSync(part, 'hal')
  await writeSecret(path, 'whole')
  expect(readdirSync(dirname(path)).toSorted()).toEqual(['master-password', basename(alive)])
})

test('a secret takes the place of another in one step', async () => {
  await writeSecret(path, 'old')
  await writeSecret(`${path}.next`, 'new')
  await moveSecret(`${path}.next`, path)
  expect(await readSecret(path)).toBe('new')
  expect(await readSecret(`${path}.next`)).toBeUndefined()
})

test('a line end of Windows is no part of a password that was copied over', async () => {
  await writeSecret(path, 'secret\r')
  expect(await readSecret(path)).toBe('secret')
})

test.each(['', '\n', 'one\ntwo\n'])(
  'a file that holds %j is named, and no new password is made',
  async text => {
    await writeSecret(path, 'x')
    writeFileSync(path, text)
    await expect(readOrMakeSecret(path)).rejects.toThrow(`${path} should hold one password on one line`)
    expect(readFileSync(path, 'utf8')).toBe(text)
  },
)
