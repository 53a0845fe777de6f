import { mkdtempSync, rmSync } from 'node:fs'
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { makeKey, publicHalf } from './ssh-key.ts'

const root = mkdtempSync(join(tmpdir(), 'wikiflow-key-'))
let folders = 0
/** A key's file in a folder that isn't there yet. */
const newFile = () => join(root, String(folders++), 'cloud', 'ssh-key')
const folderOf = (file: string) => join(file, '..')

afterAll(() => rmSync(root, { recursive: true }))

test('a key is for its owner alone, and what made it is cleared away', async () => {
  const file = newFile()
  const half = await makeKey(file, 'wikiflow')
  expect(half).toMatch(/^ssh-ed25519 \S+ wikiflow$/)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect((await stat(folderOf(file))).mode & 0o777).toBe(0o700)
  expect((await readdir(folderOf(file))).sort()).toEqual(['ssh-key', 'ssh-key.pub'])
  expect(await readFile(`${file}.pub`, 'utf8')).toBe(`${half}\n`)
})

test('a key that is there is kept, and its public half is worked out anew', async () => {
  const file = newFile()
  const half = await makeKey(file, 'wikiflow')
  await writeFile(`${file}.pub`, 'ssh-ed25519 AAAA another key')
  expect(await makeKey(file, 'another')).toBe(half)
  expect(await readFile(`${file}.pub`, 'utf8')).toBe(`${half}\n`)
})

test('half a key, left by a run that was killed, is not taken for one', async () => {
  const file = newFile()
  await mkdir(join(folderOf(file), 'ssh-key.draft-x1Y2z3'), { recursive: true })
  await writeFile(join(folderOf(file), 'ssh-key.draft-x1Y2z3', 'key'), '-----BEGIN OPENSSH')
  expect(await publicHalf(file)).toBe(undefined)
  expect(await makeKey(file, 'wikiflow')).toMatch(/^ssh-ed25519 /)
  expect((await readdir(folderOf(file))).sort()).toEqual(['ssh-key', 'ssh-key.pub'])
})

test('the draft of a run that was killed once the key had its name is cleared away', async () => {
  const file = newFile()
  const half = await makeKey(file, 'wikiflow')
  await mkdir(join(folderOf(file), 'ssh-key.draft-x1Y2z3'))
  await writeFile(join(folderOf(file), 'ssh-key.draft-x1Y2z3', 'key'), await readFile(file))
  expect(await makeKey(file, 'wikiflow')).toBe(half)
  expect((await readdir(folderOf(file))).sort()).toEqual(['ssh-key', 'ssh-key.pub'])
})

test('two runs at once end with one key', async () => {
  const file = newFile()
  await mkdir(folderOf(file), { recursive: true })
  const [a, b] = await Promise.allSettled([makeKey(file, 'a'), makeKey(file, 'b')])
  const made = [a, b].flatMap(run => (run.status === 'fulfilled' ? [run.value] : []))
  expect(made.length).toBeGreaterThan(0)
  expect(new Set([...made, await publicHalf(file)]).size).toBe(1)
})

test('a file that holds no key is named, and left as it is', async () => {
  const file = newFile()
  await mkdir(folderOf(file), { recursive: true })
  await writeFile(file, '-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blbn', { mode: 0o600 })
  await expect(publicHalf(file)).rejects.toThrow(`${file} is no usable SSH key`)
  await expect(makeKey(file, 'wikiflow')).rejects.toThrow('is no usable SSH key')
  expect(await readFile(file, 'utf8')).toContain('b3Blbn')
})

test('a key that others may read is refused, with the command that puts it right', async () => {
  const file = newFile()
  await makeKey(file, 'wikiflow')
  await chmod(file, 0o644)
  await expect(publicHalf(file)).rejects.toThrow(`run \`chmod 600 ${file}\``)
})
