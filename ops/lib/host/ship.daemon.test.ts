import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { type Sshd, startSshd } from '../../../test/engines/sshd.ts'
import { type Host } from './host.ts'
import { listReleases, pruneReleases } from './kept-releases.ts'
import { type Release, releaseId } from './release.ts'
import { shipRelease } from './ship.ts'
import { addressOf, open, testFolder } from './test-hosts.ts'

let sshd: Sshd
let host: Host
let stacks = 0
let stack: string

beforeAll(async () => {
  sshd = await startSshd()
})
afterAll(() => sshd.stop())
beforeEach(async () => {
  stack = `stack-${++stacks}`
  host = await open(addressOf(sshd), [sshd])
})

function release(files: Readonly<Record<string, string | Buffer>>): Release {
  const list = Object.entries(files).map(([path, content]) => ({ path, content: Buffer.from(content) }))
  const bytes = list.reduce((sum, { content }) => sum + content.length, 0)
  return { id: releaseId(list), files: list, bytes }
}

/** A path in the stack's folder on the host. */
const at = (...path: string[]) => join(sshd.home, 'wikiflow', stack, ...path)

function contentsOf({ id, files }: Release): Record<string, string> {
  return Object.fromEntries(files.map(({ path }) => [path, readFileSync(at('releases', id, path), 'utf8')]))
}

const sumOf = (content: string | Buffer) => createHash('sha256').update(content).digest('hex')

const hostile = {
  'package.json': '{}',
  'with spaces.ts': 'a',
  'it\'s "quoted" $(id) `id`': 'b',
  'line\nbreak': 'c',
  '-rf': 'd',
  'runtime/-n': 'e',
  'back\\slash': 'f',
  'é漢🎈/ü': 'g',
  '*': 'h',
  [`${'long'.repeat(40)}/${'name'.repeat(40)}`]: 'i',
  empty: '',
  binary: Buffer.from([0, 255, 10, 13]).toString('latin1'),
}

test('files of any name arrive as they are, for all to read', async () => {
  const given = release(hostile)
  const { files, kept } = await shipRelease(host, stack, given)
  expect({ files, kept }).toEqual({ files: Object.keys(hostile).length, kept: 0 })
  expect(contentsOf(given)).toEqual(hostile)
  expect(statSync(at('releases', given.id, 'runtime', '-n')).mode & 0o777).toBe(0o644)
  expect(statSync(at('releases', given.id, 'runtime')).mode & 0o777).toBe(0o755)
  expect(statSync(at()).mode & 0o777).toBe(0o700)
  const sums = Object.values(hostile).map(sumOf)
  expect(readdirSync(at('objects')).toSorted()).toEqual(sums.toSorted())
  expect(readdirSync(at('incoming'))).toEqual([])
})

test('only what changed travels, and nothing for a release that is there', async () => {
  await shipRelease(host, stack, release({ a: 'one', b: 'two', c: 'three', d: 'three' }))
  const next = release({ a: 'one', b: 'two, changed', c: 'three' })
  expect(await shipRelease(host, stack, next)).toEqual({ files: 1, bytes: 12, kept: 2 })
  expect(contentsOf(next)).toEqual({ a: 'one', b: 'two, changed', c: 'three' })
  expect(await shipRelease(host, stack, next)).toEqual({ files: 0, bytes: 0, kept: 3 })
})

test('progress is told as it travels', async () => {
  const said: string[] = []
  const given = release({ a: randomBytes(3_000_000) })
  await shipRelease(host, stack, given, { onProgress: what => said.push(what) })
  expect(said.length).toBeGreaterThan(1)
  expect(said.at(-1)).toBe('1 files, 3.0 of 3.0 MB')
})

test('a content that was changed on the host is found out and sent again', async () => {
  const given = release({ a: 'one', b: 'two' })
  await shipRelease(host, stack, given)
  writeFileSync(at('releases', given.id, 'a'), 'edited by hand')
  expect(await shipRelease(host, stack, given)).toEqual({ files: 1, bytes: 3, kept: 1 })
  expect(contentsOf(given)).toEqual({ a: 'one', b: 'two' })
})

test('what an interrupted run left is taken over when it is whole, and removed when not', async () => {
  const given = release({ a: 'one', b: 'two', c: 'three' })
  mkdirSync(at('incoming'), { recursive: true })
  mkdirSync(at('releases', `.new-${given.id}`), { recursive: true })
  writeFileSync(at('incoming', sumOf('one')), 'one')
  writeFileSync(at('incoming', sumOf('two')), 'tw')
  expect(await shipRelease(host, stack, given)).toEqual({ files: 2, bytes: 8, kept: 1 })
  expect(contentsOf(given)).toEqual({ a: 'one', b: 'two', c: 'three' })
  expect(readdirSync(at('releases'))).toEqual([given.id])
})

test('a connection that drops on the way is made anew, and what arrived isn’t sent twice', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 40 }, (_, n) => [`file-${n}`, randomBytes(150_000).toString('latin1')]),
  )
  const given = release(files)
  let dropped = false
  const { bytes } = await shipRelease(host, stack, given, {
    onProgress: () => {
      const arrived = existsSync(at('incoming')) ? readdirSync(at('incoming')).length : 0
      if (dropped || arrived < 10) return
      dropped = true
      sshd.dropConnections()
    },
  })
  expect(dropped).toBe(true)
  expect(contentsOf(given)).toEqual(files)
  expect(bytes).toBeLessThan(given.bytes)
})

test('a ship that is interrupted leaves no release, and the next one ends it', async () => {
  const given = release({ a: randomBytes(4_000_000).toString('latin1'), b: 'two' })
  const interrupt = new AbortController()
  const run = shipRelease(host, stack, given, {
    signal: interrupt.signal,
    onProgress: () => interrupt.abort(new Error('interrupted')),
  })
  await expect(run).rejects.toThrow('interrupted')
  expect(readdirSync(at('releases'))).toEqual([])
  await shipRelease(host, stack, given)
  expect(readdirSync(at('releases'))).toEqual([given.id])
})

test.skipIf(process.getuid?.() !== 0)(
  'a full disk is told, and leaves neither a half release nor rests',
  async () => {
    mkdirSync(at(), { recursive: true })
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=700', 'tmpfs', at()])
    onTestFinished(() => void execFileSync('umount', [at()]))
    const given = release({ a: randomBytes(700_000), b: randomBytes(700_000) })
    await expect(shipRelease(host, stack, given)).rejects.toThrow(
      new RegExp(`^no room is left on host-1 for ~/wikiflow/${stack}, [0-9.]+ MB are free: `),
    )
    expect(readdirSync(at('releases'))).toEqual([])
    expect(existsSync(at('incoming'))).toBe(false)
    await expect(shipRelease(host, stack, release({ a: 'small' }))).resolves.toMatchObject({ files: 1 })
  },
)

test('releases are listed, the last shipped first; pruned, with what only they had', async () => {
  const all = ['one', 'two', 'three'].map(content => release({ own: content, common: 'common' }))
  for (const [index, one] of all.entries()) {
    await shipRelease(host, stack, one)
    execFileSync('touch', ['-d', `2026-11-2${index}T00:00:00Z`, at('releases', one.id)])
  }
  const ids = all.map(({ id }) => id)
  expect((await listReleases(host, stack)).map(({ id }) => id)).toEqual(ids.toReversed())
  expect((await listReleases(host, stack))[0]?.shippedAt).toBe(Date.parse('2026-11-22T00:00:00Z'))
  expect(await pruneReleases(host, stack, ids.slice(1))).toEqual(ids.slice(0, 1))
  expect((await listReleases(host, stack)).map(({ id }) => id)).toEqual(ids.slice(1).toReversed())
  expect(readdirSync(at('objects')).toSorted()).toEqual(['two', 'three', 'common'].map(sumOf).toSorted())
  expect(await pruneReleases(host, stack, [])).toEqual([])
  expect(await shipRelease(host, stack, all[0] ?? release({}))).toMatchObject({ files: 1, kept: 1 })
})

test('a host that has nothing yet has no releases', async () => {
  expect(await listReleases(host, 'not-yet')).toEqual([])
  expect(await pruneReleases(host, 'not-yet', ['0123456789ab'])).toEqual([])
  expect(existsSync(join(sshd.home, 'wikiflow', 'not-yet'))).toBe(false)
})

test('what is no name of a stack never becomes a path', () => {
  for (const name of ['..', 'a/b', '', '-rf', '$HOME']) {
    expect(() => shipRelease(host, name, release({ a: '' }))).toThrow('is no folder’s name'.replace('’', "'"))
  }
  expect(testFolder()).not.toBe('')
})
