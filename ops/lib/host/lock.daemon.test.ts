import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { type Sshd, startSshd } from '../../../test/engines/sshd.ts'
import { type Lock, type LockOptions } from '../lock/lock.ts'
import { type LockNote, lockNote } from '../lock/lock-note.ts'
import { type Host } from './host.ts'
import { hostKeyIn } from './host-key.ts'
import { pinKeys } from './host-keys.ts'
import { takeHostLock } from './lock.ts'
import { writeSshConfig } from './open-hosts.ts'
import { addressOf, open, testFolder } from './test-hosts.ts'

const program = fileURLToPath(new URL('../../../test/host/lock-child.ts', import.meta.url))

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

const lockFile = () => join(sshd.home, 'wikiflow', stack, 'lock')

async function take(options: LockOptions = {}): Promise<Lock> {
  const lock = await takeHostLock(host, stack, 'deploy', { everyMs: 10, ...options })
  onTestFinished(() => lock.release())
  return lock
}

/** Puts the lock of a process of another machine. */
function putElsewhere(at: number): void {
  const process = { machine: 'laptop', boot: 'b', pid: 4711, started: '1' }
  const note: LockNote = { ...lockNote('scale', at), holder: 'an@laptop', process }
  mkdirSync(dirname(lockFile()), { recursive: true })
  writeFileSync(lockFile(), `${JSON.stringify(note)}\n`)
}

/** Starts a process that takes the lock; `said` is its first line. */
function takeElsewhere(configFile: string) {
  const child = spawn(process.execPath, [program, JSON.stringify(addressOf(sshd)), configFile, stack], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  onTestFinished(() => void child.kill('SIGKILL'))
  const said = once(createInterface({ input: child.stdout }), 'line').then(([line]) => String(line))
  return { child, said, exited }
}

async function configFile(): Promise<string> {
  const folder = testFolder()
  const pinnedKeys = join(folder, 'known_hosts')
  pinKeys(pinnedKeys, addressOf(sshd).keyName, [hostKeyIn(sshd.hostKey) ?? ''])
  return writeSshConfig({ hosts: [addressOf(sshd)], pinnedKeys, folder })
}

test('of twenty processes at once one gets the lock; the others read who has it', {
  timeout: 240_000,
}, async () => {
  const file = await configFile()
  const takers = Array.from({ length: 20 }, () => takeElsewhere(file))
  const said = await Promise.all(takers.map(taker => taker.said))
  expect(said.filter(line => line === 'held')).toHaveLength(1)
  const refused = said.filter(line => line !== 'held')
  for (const line of refused) expect(line).toMatch(/^deploy by \S+ \(process \d+\) holds the lock since/)
  for (const { child } of takers) child.stdin.end()
  await Promise.all(takers.map(taker => taker.exited))
  expect(existsSync(lockFile())).toBe(false)
})

test('the lock of a process that was killed is taken over at once on its machine', async () => {
  const holder = takeElsewhere(await configFile())
  expect(await holder.said).toBe('held')
  await expect(take()).rejects.toThrow('holds the lock')
  holder.child.kill('SIGKILL')
  await holder.exited
  const lock = await take()
  expect(() => lock.assertHeld()).not.toThrow()
})

test('another machine’s lock is taken over once it has run out by the host’s clock, and by one alone', async () => {
  const at = Date.now()
  putElsewhere(at - 100_000)
  await expect(take()).rejects.toThrow(/scale by an@laptop \(process 4711\).*in (19|20|21) s/)
  putElsewhere(at - 130_000)
  const takers = await Promise.allSettled(Array.from({ length: 5 }, () => take()))
  expect(takers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})

test('a lock given back can be taken, time and again', async () => {
  for (let round = 0; round < 3; round++) await (await take()).release()
  expect(existsSync(lockFile())).toBe(false)
})

test.each([
  ['another took it over', () => putElsewhere(Date.now()), /an@laptop \(process 4711, scale\) has it now/],
  [
    'it was removed',
    () => rmSync(lockFile()),
    /lost the lock of ~\/wikiflow\/stack-\d+ on host-1: it is gone/,
  ],
])('who lost the lock learns it with the next renewal, and leaves it: %s', async (_how, change, reason) => {
  let now = Date.now()
  const lock = await take({ now: () => now })
  change()
  const before = existsSync(lockFile()) && readFileSync(lockFile(), 'utf8')
  now += 21_000
  await vi.waitFor(() => expect(lock.signal.aborted).toBe(true), { timeout: 5_000 })
  expect(() => lock.assertHeld()).toThrow(reason)
  await lock.release()
  expect(existsSync(lockFile()) && readFileSync(lockFile(), 'utf8')).toBe(before)
})

test('a renewal over a connection that broke is made over a new one', async () => {
  let now = Date.now()
  const lock = await take({ now: () => now })
  const before = readFileSync(lockFile(), 'utf8')
  sshd.dropConnections()
  now += 21_000
  await vi.waitFor(() => expect(readFileSync(lockFile(), 'utf8')).not.toBe(before), { timeout: 10_000 })
  expect(() => lock.assertHeld()).not.toThrow()
})

test('a file that isn’t a lock stops everybody, and is left', async () => {
  mkdirSync(dirname(lockFile()), { recursive: true })
  writeFileSync(lockFile(), 'mine')
  await expect(take()).rejects.toThrow(/~\/wikiflow\/stack-\d+ on host-1\/lock isn't a lock/)
  expect(readFileSync(lockFile(), 'utf8')).toBe('mine')
})
