import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, afterEach, expect, test } from 'vitest'
import { counter } from './checksum.ts'
import { cursorAfter, frame } from './frame.ts'
import { type Replay, type ReplayOptions, startReplay } from './replay.ts'
import { connect, type TestClient } from './test-client.ts'

const folder = mkdtempSync(join(tmpdir(), 'replay-'))
afterAll(() => rmSync(folder, { recursive: true }))
const log = pino({ level: 'silent' })
const open: Replay[] = []
const clients: TestClient[] = []
let files = 0

async function replay(content: string | Buffer, options: Partial<ReplayOptions> = {}) {
  const file = join(folder, `${files++}`)
  writeFileSync(file, content)
  const started = await startReplay({ port: 0, file, log, ...options })
  open.push(started)
  return { ...started, file }
}

async function reader(url: string, headers?: Record<string, string>) {
  const client = await connect(url, headers)
  clients.push(client)
  return client
}

afterEach(async () => {
  for (const client of clients.splice(0)) client.close()
  await Promise.all(open.splice(0).map(source => source.stop()))
})

const numbers = (client: TestClient) => client.frames.map(({ data }) => JSON.parse(data.toString()).n)
const lines = (count: number) => Array.from({ length: count }, (_, n) => `{"n":${n}}\n`).join('')

test('a file of lines is served as a stream that says it is a replay', async () => {
  const source = await replay(lines(100))
  const client = await reader(source.url)
  await client.until(() => client.frames.length === 100)
  expect(client.headers['x-wikiflow-source']).toBe('replay')
  expect(client.body().toString().startsWith(':ok\n\nevent: message\nid: [{"topic":"replay.')).toBe(true)
  expect(numbers(client)).toEqual(Array.from({ length: 100 }, (_, n) => n))
  const got = counter()
  for (const { data } of client.frames) got.add(data)
  expect(source.tally()).toMatchObject({
    mode: 'replay',
    format: 'ndjson',
    sent: { unique: 100, ranges: [[0, 99]] },
    events: got.count(),
    resent: 0,
  })
})

test('a resume by offset starts exactly behind that line', async () => {
  const source = await replay(lines(50))
  const all = await reader(source.url)
  await all.until(() => all.frames.length === 50)
  const resumed = await reader(source.url, { 'last-event-id': all.frames[41]?.id ?? '' })
  await resumed.until(() => resumed.frames.length === 8)
  expect(numbers(resumed)[0]).toBe(42)
  expect(source.tally()).toMatchObject({ sent: { unique: 50 }, resent: 8 })
})

test('a cursor of another source starts at the beginning, a broken one is refused', async () => {
  const source = await replay(lines(3))
  const foreign = await reader(source.url, { 'last-event-id': cursorAfter(1_785_855_600_000) })
  await foreign.until(() => foreign.frames.length === 3)
  expect((await reader(source.url, { 'last-event-id': '{' })).status).toBe(400)
})

test('frames of a raw capture come byte for byte, and a resume starts at the first at or past the time', async () => {
  const frames = [10, 20, 20, 15, 30].map((ms, n) => frame({ n }, cursorAfter(ms)).toString())
  const withoutId = 'data: {"n":5}\n\n'
  const content = `:ok\n\n${frames.join('')}${withoutId}`
  const source = await replay(content)
  const all = await reader(source.url)
  await all.until(() => all.frames.length === 6)
  expect(all.body().toString()).toBe(`:ok\n\n${content}`)
  const resumed = await reader(source.url, { 'last-event-id': cursorAfter(19) })
  await resumed.until(() => resumed.frames.length === 5)
  expect(numbers(resumed)).toEqual([1, 2, 3, 4, 5])
  const since = await reader(`${source.url}?since=22`)
  await since.until(() => since.frames.length === 2)
  expect(numbers(since)).toEqual([4, 5])
  const end = await reader(source.url, { 'last-event-id': cursorAfter(99) })
  appendFileSync(source.file, frame({ n: 6 }, cursorAfter(100)))
  await end.until(() => end.frames.length === 1)
  expect(numbers(end)).toEqual([6])
})

test('the last frame of a capture is sent when its blank line is appended, and not before', async () => {
  const source = await replay('data: {"n":0}\n\ndata: {"n":1}', { heartbeatMs: 100 })
  const client = await reader(source.url)
  await client.until(() => client.comments.filter(comment => comment === 'heartbeat').length >= 3)
  expect(numbers(client)).toEqual([0])
  appendFileSync(source.file, '\n\n')
  await client.until(() => client.frames.length === 2)
  expect(numbers(client)).toEqual([0, 1])
})

test('a rate paces the events', async () => {
  const source = await replay(lines(30), { rate: 100 })
  const beganMs = performance.now()
  const client = await reader(source.url)
  await client.until(() => client.frames.length === 30)
  expect(performance.now() - beganMs).toBeGreaterThan(250)
})

test('a file that became shorter ends the stream with an error event', async () => {
  const source = await replay(lines(10))
  const client = await reader(source.url)
  await client.until(() => client.frames.length === 10)
  writeFileSync(source.file, '{"n":0}\n')
  await client.ended
  expect(client.frames.at(-1)?.event).toBe('error')
  expect(client.frames.at(-1)?.data.toString()).toContain('became shorter')
})

test('a reader that does not read holds the file back', async () => {
  const source = await replay(`${`{"n":0,"pad":"${'x'.repeat(10_000)}"}\n`.repeat(2_000)}`)
  const client = await reader(source.url)
  client.pause()
  let before = -1
  const isStill = () => {
    const { bytes } = source.tally()
    const still = bytes === before && bytes > 0
    before = bytes
    return still
  }
  await expect.poll(isStill, { interval: 200, timeout: 10_000 }).toBe(true)
  expect(before).toBeLessThan(15_000_000)
  client.resume()
  await client.until(() => client.frames.length === 2_000)
})

test('a replay makes no faults, and says so', async () => {
  const source = await replay(lines(1))
  const answer = await fetch(new URL('/faults', source.url), { method: 'POST', body: '{}' })
  expect(answer.status).toBe(404)
  expect(await answer.text()).toContain('--mode simulate')
})

test('a file that is not there is an error at the start', async () => {
  await expect(startReplay({ port: 0, file: join(folder, 'none'), log })).rejects.toThrow('There is no file')
})
