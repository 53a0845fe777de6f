import { expect, test } from 'vitest'
import { type FaultChange } from './faults.ts'
import { type Simulator } from './simulator.ts'
import { eventIn } from './test-client.ts'
import { reader, simulator } from './test-simulator.ts'

const set = (source: Simulator, change: FaultChange) => source.faults.set(change)

test('429 says when to come back, 502 says nothing, and each is used up by its count', async () => {
  const source = await simulator({
    faults: { tooManyRequests: { count: 1, retryAfterSeconds: 7 }, badGateway: { count: 1 } },
  })
  const first = await reader(source.url)
  expect([first.status, first.headers['retry-after']]).toEqual([429, '7'])
  expect((await reader(source.url)).status).toBe(502)
  expect((await reader(source.url)).status).toBe(200)
  set(source, { requireContact: true })
  expect((await reader(source.url, { 'user-agent': 'curl/8.5' })).status).toBe(403)
  expect((await reader(source.url, { 'user-agent': 'wikiflow/0.1 (mailto:ops@example.org)' })).status).toBe(
    200,
  )
})

test('an error event comes after the 200, and ends the response in order', async () => {
  const source = await simulator({ faults: { errorEvent: { count: 1 } } })
  const client = await reader(source.url)
  expect(await client.ended).toEqual({ whole: true })
  expect(client.status).toBe(200)
  expect(client.frames.map(({ event }) => event)).toEqual(['error'])
})

test('a truncated frame is no event, and is not in the tally', async () => {
  const source = await simulator({ faults: { truncatedFrame: { rate: 1 } } })
  const client = await reader(source.url)
  expect(await client.ended).toEqual({ whole: false })
  expect(client.frames).toEqual([])
  expect(client.body().toString()).toMatch(/^:ok\n\nevent: message\nid: /)
  expect(client.body().length).toBeGreaterThan(300)
  expect(source.tally().frames).toBe(0)
})

test('duplicates are the same bytes once more, later on the same connection', async () => {
  const source = await simulator({ rate: 50_000, total: 600, faults: { duplicate: { rate: 0.1 } } })
  const client = await reader(source.url)
  await client.until(
    () => source.tally().sent.unique === 600 && client.frames.length === source.tally().frames,
  )
  const { duplicates, events, resent } = source.tally()
  expect(duplicates).toBeGreaterThan(20)
  expect(client.frames.length).toBe(600 + duplicates)
  expect({ unique: events.unique, resent }).toEqual({ unique: 600, resent: 0 })
  expect(new Set(client.frames.map(({ data }) => data.toString())).size).toBe(600)
})

test('canaries have a schema and meta alone, and are tallied apart', async () => {
  const source = await simulator({ rate: 500, faults: { canariesPerHour: 36_000 } })
  const client = await reader(source.url)
  await client.until(() => source.tally().canaries.unique >= 3)
  const { canaries, frames, events } = source.tally()
  await client.until(() => client.frames.length >= frames)
  const received = client.frames.map(eventIn).filter(({ meta }) => meta.domain === 'canary')
  expect(received.length).toBeGreaterThanOrEqual(canaries.unique)
  for (const canary of received) expect(Object.keys(canary)).toEqual(['$schema', 'meta'])
  expect(events.unique + canaries.frames).toBe(frames)
  expect(new Set(received.map(({ meta }) => meta.id)).size).toBe(received.length)
})

test('poison is served again at the same place, and the tally says what must become of it', async () => {
  const kinds = ['broken_json', 'nul_text', 'invalid_utf8', 'missing_wiki', 'lone_surrogate'] as const
  const poison = Object.fromEntries(kinds.map(kind => [kind, { count: 2 }]))
  const source = await simulator({ rate: 10_000, total: 100, faults: { poison } })
  const client = await reader(source.url)
  await client.until(() => client.frames.length === 100)
  const again = await reader(`${source.url}?since=${Date.now() - 60_000}`)
  await again.until(() => again.frames.length === 100)
  expect(again.frames.map(({ data }) => data)).toEqual(client.frames.map(({ data }) => data))
  const tally = source.tally()
  expect([tally.events.unique, tally.dead.unique, tally.resent]).toEqual([94, 6, 100])
  expect(tally.poison).toMatchObject({
    broken_json: { unique: 2, ends: 'dead' },
    nul_text: { unique: 2, ends: 'counted' },
  })
  expect(Object.values(tally.types).reduce((a, b) => a + b)).toBe(94)
  expect(Object.values(tally.wikis).reduce((a, b) => a + b)).toBe(94)
})

test('a stall leaves the socket open without a byte', async () => {
  const source = await simulator({ rate: 200 })
  const client = await reader(source.url)
  await client.until(() => client.frames.length > 5)
  set(source, { stall: { count: 1, ms: 1500 } })
  const gaps: number[] = []
  let last = performance.now()
  let frames = client.frames.length
  await client.until(() => {
    const now = performance.now()
    gaps.push(now - last)
    last = now
    frames ||= client.frames.length
    return Math.max(...gaps) > 500
  })
  await client.until(() => client.frames.length > frames + 10)
})

test('a trickle is one byte a chunk, and still whole frames', async () => {
  const source = await simulator({ rate: 1000, faults: { trickle: { bytesPerSecond: 50_000 } } })
  const raw = await new Promise<string>((resolve, reject) => {
    const { hostname, port, pathname } = new URL(source.url)
    import('node:net').then(net => {
      let text = ''
      const socket = net.connect(Number(port), hostname, () => {
        socket.write(`GET ${pathname} HTTP/1.1\r\nhost: test\r\n\r\n`)
      })
      socket.on('error', reject).on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1')
        if (text.length > 4000) {
          socket.destroy()
          resolve(text)
        }
      })
    }, reject)
  })
  // The first byte may come together with the stream's greeting.
  expect(raw).toMatch(/\r\n1\r\nv\r\n1\r\ne\r\n1\r\nn\r\n1\r\nt\r\n/)
  const client = await reader(source.url)
  await client.until(() => client.frames.length >= 2)
  expect(client.frames.map(frame => eventIn(frame).type)).not.toContain(undefined)
})

test('a burst is ten times the events for a while, then the old rate again', async () => {
  let nowMs = 1_785_855_600_000
  const source = await simulator({ rate: 100, now: () => nowMs })
  const client = await reader(source.url)
  nowMs += 10_000
  await client.until(() => client.frames.length >= 900)
  const before = source.tally().happened
  set(source, { burst: { factor: 10, seconds: 10 } })
  nowMs += 10_000
  expect(source.tally().happened - before).toBe(10_000)
  nowMs += 10_000
  expect(Math.abs(source.tally().happened - before - 11_000)).toBeLessThan(300)
})

test('faults are read and set over HTTP; one that there is not is a 400, and changes nothing', async () => {
  const source = await simulator()
  const faults = source.url.replace('/v2/stream/recentchange', '/faults')
  const post = (body: string) => fetch(faults, { method: 'POST', body })
  expect(await (await post('{"cutEvery":9,"duplicate":{"rate":0.5}}')).json()).toMatchObject({ cutEvery: 9 })
  for (const body of ['{"cutEvery":-1}', '{"nonsense":1}', '[]', 'null', '{', '']) {
    expect((await post(body)).status, body).toBe(400)
  }
  expect((await post(`"${'x'.repeat(70_000)}"`)).status).toBe(413)
  expect(await (await fetch(faults)).json()).toMatchObject({
    cutEvery: 9,
    duplicate: { rate: 0.5, count: 0 },
  })
  expect((await fetch(faults, { method: 'DELETE' })).status).toBe(405)
  expect((await fetch(new URL('/nowhere', faults))).status).toBe(404)
  expect(await (await fetch(new URL('/healthz', faults))).json()).toEqual({ ok: true })
  expect(await (await fetch(new URL('/tally', faults))).json()).toMatchObject({ mode: 'simulate', seed: 7 })
})
