import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type Moto, startMoto } from '../../../test/engines/moto.ts'
import { type Lock, type LockOptions } from '../lock/lock.ts'
import { type LockNote, lockNote } from '../lock/lock-note.ts'
import { takeLock } from './lock.ts'
import { missing } from './missing.ts'

let moto: Moto
let s3: S3Client
let bucket: string
let held: Lock[] = []
let number = 0

beforeAll(async () => {
  moto = await startMoto()
  s3 = clientFor(moto.url)
})
afterAll(() => moto.stop())
beforeEach(async () => {
  bucket = `lock-${++number}`
  await s3.send(new CreateBucketCommand({ Bucket: bucket }))
  const VersioningConfiguration = { Status: 'Enabled' as const }
  await s3.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }))
})
afterEach(async () => {
  for (const lock of held) await lock.release()
  held = []
})

function clientFor(endpoint: string): S3Client {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  return new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials })
}

async function take(options: LockOptions = {}, purpose = 'provision'): Promise<Lock> {
  const lock = await takeLock(s3, bucket, purpose, { everyMs: 10, ...options })
  held.push(lock)
  return lock
}

/** Puts the lock of a process of another machine. */
async function putElsewhere(at: number): Promise<void> {
  const note: LockNote = {
    ...lockNote('destroy', at),
    holder: 'an@laptop',
    process: { machine: 'laptop', boot: 'b', pid: 4711, started: '1' },
  }
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'lock.json', Body: JSON.stringify(note) }))
}

test('of twenty takers at once one gets the lock; the others read who has it', async () => {
  const takers = await Promise.allSettled(Array.from({ length: 20 }, () => take()))
  const refused = takers.filter(taker => taker.status === 'rejected')
  expect(refused).toHaveLength(19)
  for (const { reason } of refused) {
    expect(reason.message).toMatch(
      new RegExp(`provision by \\S+ \\(process ${process.pid}\\) holds the lock`),
    )
  }
})

test('a lock given back can be taken, time and again', async () => {
  for (let round = 0; round < 3; round++) await (await take()).release()
  await expect(take()).resolves.toBeDefined()
})

test('the lock of a process that was killed is taken over at once on its machine', async () => {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('../../../test/cloud/lock-child.ts', import.meta.url)), moto.url, bucket],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  await saysHeld(child)
  await expect(take()).rejects.toThrow(`deploy by `)
  child.kill('SIGKILL')
  await once(child, 'exit')
  const lock = await take()
  expect(() => lock.assertHeld()).not.toThrow()
})

test('another machine’s lock is taken over once it has run out, and by one alone', async () => {
  const at = Date.now()
  await putElsewhere(at)
  await expect(take({ now: () => at + 119_000 })).rejects.toThrow(
    /destroy by an@laptop \(process 4711\).*in 1 s/,
  )
  const takers = await Promise.allSettled(
    Array.from({ length: 10 }, () => take({ now: () => at + 121_000, everyMs: 60_000 })),
  )
  expect(takers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})

test('a lock that is renewed holds others off for longer than it was taken for', async () => {
  let now = Date.now()
  const lock = await take({ now: () => now })
  for (let minute = 0; minute < 8; minute++) {
    now += 30_000
    await vi.waitFor(async () => {
      // What is told: renewed at this very time.
      await expect(take({ now: () => now })).rejects.toThrow('(in 2 min 00 s)')
    })
  }
  expect(lock.signal.aborted).toBe(false)
  expect(() => lock.assertHeld()).not.toThrow()
})

test.each([
  ['another took it over', () => putElsewhere(Date.now()), /an@laptop \(process 4711, destroy\) has it now/],
  [
    'it was removed',
    () => s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'lock.json' })),
    /it is gone/,
  ],
])('who lost the lock learns it with the next renewal: %s', async (_how, change, reason) => {
  let now = Date.now()
  const lock = await take({ now: () => now })
  await change()
  now += 21_000
  await vi.waitFor(() => expect(lock.signal.aborted).toBe(true))
  expect(() => lock.assertHeld()).toThrow(reason)
  const before = await lockText()
  await lock.release()
  expect(await lockText()).toBe(before)
})

/** What the lock's object holds; undefined when there is none. */
async function lockText(): Promise<string | undefined> {
  const object = await missing<GetObjectCommandOutput>(
    s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'lock.json' })),
  )
  return object?.Body?.transformToString()
}

test('after a sleep longer than the lock holds, work goes on only if nobody took it', async () => {
  let now = Date.now()
  const lock = await take({ now: () => now, everyMs: 200 })
  now += 600_000
  expect(() => lock.assertHeld()).toThrow('has run out unrenewed')
  await vi.waitFor(() => expect(() => lock.assertHeld()).not.toThrow())
})

test('a renewal that fails because the network is gone is tried again until the lock has run out', async () => {
  let now = Date.now()
  const client = clientFor(moto.url)
  const lock = await takeLock(client, bucket, 'provision', { now: () => now, everyMs: 10 })
  held.push(lock)
  let calls = 0
  client.middlewareStack.add(
    () => async () => {
      calls++
      throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    },
    { step: 'initialize', name: 'noNetwork' },
  )
  now += 60_000
  await vi.waitFor(() => expect(calls).toBeGreaterThan(2))
  expect(lock.signal.aborted).toBe(false)
  now += 61_000
  await vi.waitFor(() => expect(lock.signal.aborted).toBe(true))
})

test('a put whose answer is lost on the way still takes the lock', async () => {
  let lose = true
  const proxy = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const headers = Object.fromEntries(
      Object.entries(incoming.headers).filter(
        ([name]) => !/^(host|connection|content-length|expect|transfer-encoding)$/.test(name),
      ),
    ) as Record<string, string>
    const body = Buffer.concat(chunks)
    const answer = await fetch(`${moto.url}${incoming.url}`, {
      method: incoming.method ?? 'GET',
      headers,
      ...(body.length > 0 ? { body } : {}),
    })
    const bytes = Buffer.from(await answer.arrayBuffer())
    if (incoming.method === 'PUT' && lose) {
      lose = false
      incoming.socket.destroy()
      return
    }
    outgoing.writeHead(answer.status, Object.fromEntries(answer.headers)).end(bytes)
  })
  await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve))
  const client = clientFor(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`)
  const lock = await takeLock(client, bucket, 'provision', { everyMs: 10 })
  held.push(lock)
  expect(lose).toBe(false)
  await lock.release()
  client.destroy()
  proxy.close()
})

test('an object that isn’t a lock stops everybody, and is left', async () => {
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'lock.json', Body: 'mine' }))
  await expect(take()).rejects.toThrow(`aws s3 rm s3://${bucket}/lock.json`)
  expect(await lockText()).toBe('mine')
})

async function saysHeld(child: ChildProcess): Promise<void> {
  for await (const chunk of child.stdout ?? []) if (String(chunk).includes('held')) return
  throw new Error('the child ended without the lock')
}
