import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type FaultyProxy, startFaultyProxy } from '../../../test/engines/faulty-proxy.ts'
import { type Moto, startMoto } from '../../../test/engines/moto.ts'
import { type ObjectStore, openObjectStore } from './object-store.ts'

let moto: Moto
let proxy: FaultyProxy
let store: ObjectStore
beforeAll(async () => {
  moto = await startMoto()
  proxy = await startFaultyProxy(moto.url)
  vi.stubEnv('AWS_ENDPOINT_URL', proxy.url)
  vi.stubEnv('AWS_REGION', 'eu-central-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'a secret of the test')
  const client = new S3Client({ forcePathStyle: true })
  await client.send(new CreateBucketCommand({ Bucket: 'lake' }))
  client.destroy()
  store = await openObjectStore('s3://lake/a/prefix')
})
afterAll(async () => {
  store?.close()
  vi.unstubAllEnvs()
  await proxy?.stop()
  await moto?.stop()
})
beforeEach(() => {
  proxy.faults = []
  proxy.matches = request => request.method === 'PUT'
})

const body = Buffer.from('an object')
const sha256 = createHash('sha256').update(body).digest('hex')
let count = 0
const newKey = () => `raw/dt=2026-08-04/${++count}.parquet`

test('an object is stored once, with its checksum and what was said of it', async () => {
  const key = newKey()
  expect(await store.putNew(key, body, { first: '0', last: '9' })).toBe('created')
  expect(await store.head(key)).toEqual({
    bytes: body.length,
    sha256,
    metadata: { first: '0', last: '9', sha256 },
  })
  expect(await store.putNew(key, Buffer.from('other'), {})).toBe('exists')
  expect(await store.read(key)).toEqual(body)
})

test('what is not there is undefined to look at, and a sentence to read', async () => {
  expect(await store.head('none')).toBeUndefined()
  await expect(store.read('none')).rejects.toThrow(
    's3:GetObject of s3://lake/a/prefix/none: there is no such object',
  )
})

test('more objects than a page holds are listed, without the prefix of the lake', async () => {
  const keys = Array.from({ length: 1_005 }, (_, index) => `many/${String(index).padStart(5, '0')}`)
  for (let at = 0; at < keys.length; at += 50) {
    await Promise.all(keys.slice(at, at + 50).map(key => store.putNew(key, body, {})))
  }
  const listed = []
  for await (const object of store.list('many/')) listed.push(object)
  expect(listed).toEqual(keys.map(key => ({ key, bytes: body.length })))
}, 120_000)

test.each([[500], [503], [500, 503]])(
  'an answer of %s is tried again until it is stored',
  async (...faults) => {
    const key = newKey()
    proxy.faults = [...faults]
    expect(await store.putNew(key, body, {})).toBe('created')
    expect(await store.read(key)).toEqual(body)
  },
)

test('a lost answer is found out: the object is there, and is ours', async () => {
  const key = newKey()
  proxy.faults = ['lost']
  expect(await store.putNew(key, body, {})).toBe('exists')
  expect((await store.head(key))?.sha256).toBe(sha256)
})

test('a race on the same key, 409, is put again', async () => {
  proxy.faults = [409, 409]
  expect(await store.putNew(newKey(), body, {})).toBe('created')
})

test('an object that is cut off on its way is not taken for whole', async () => {
  const key = newKey()
  await store.putNew(key, body, {})
  proxy.matches = request => request.method === 'GET'
  proxy.faults = ['cut']
  await expect(store.read(key)).rejects.toThrow(`s3:GetObject of s3://lake/a/prefix/${key}`)
})

test('a service that stays down is a sentence, without secrets', async () => {
  proxy.faults = [503, 503, 503]
  const error = await store.putNew(newKey(), body, {}).catch(error => error)
  expect(error.message).toMatch(
    /s3:PutObject of s3:\/\/lake\/.*: the service answered 503 SlowDown; it is tried again/,
  )
  expect(JSON.stringify(error)).not.toContain('a secret of the test')
})

test('a missing permission names the action and where it is needed', async () => {
  proxy.faults = [403]
  await expect(store.putNew(newKey(), body, {})).rejects.toThrow(
    'not allowed; the role needs s3:PutObject on s3://lake/a/prefix',
  )
})

test('a missing bucket is named', async () => {
  const other = await openObjectStore('s3://no-such-lake')
  await expect(other.putNew('a', body, {})).rejects.toThrow('there is no bucket no-such-lake')
  other.close()
})

test('a server that is not there is named, with what the network says', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:1')
  const other = await openObjectStore('s3://lake')
  await expect(other.head('a')).rejects.toThrow(/s3:GetObject of s3:\/\/lake\/a: .*ECONNREFUSED/)
  other.close()
  vi.stubEnv('AWS_ENDPOINT_URL', proxy.url)
})

test('a server that never answers is given up on, to be tried again', async () => {
  const impatient = await openObjectStore('s3://lake', { answerMs: 300 })
  proxy.faults = ['silent', 'silent', 'silent']
  await expect(impatient.putNew(newKey(), body, {})).rejects.toThrow(
    'no answer within 300 ms; it is tried again',
  )
  impatient.close()
})

const canMount = process.platform === 'linux' && process.getuid?.() === 0
test.skipIf(!canMount)('a full disk is a sentence, and leaves no half object', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wikiflow-full-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder])
  try {
    const full = await openObjectStore(pathToFileURL(folder).href)
    await full.putNew('a', Buffer.alloc(20_000), {})
    await expect(full.putNew('b', Buffer.alloc(100_000), {})).rejects.toThrow(
      /can't write b in .*: the disk is full; free some space, it is tried again/,
    )
    expect(await full.head('b')).toBeUndefined()
    expect(await full.putNew('c', Buffer.alloc(20_000), {})).toBe('created')
    execFileSync('mount', ['-o', 'remount,ro', folder])
    await expect(full.putNew('d', body, {})).rejects.toThrow(
      'the file system is read-only; remount it for writing',
    )
  } finally {
    execFileSync('umount', [folder])
    rmSync(folder, { recursive: true })
  }
})
