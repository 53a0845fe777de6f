import { expect, test } from 'vitest'
import { counter } from './checksum.ts'
import { eventIn, type Received } from './test-client.ts'
import { reader, simulator } from './test-simulator.ts'

const idsOf = (frames: readonly Received[]) => frames.map(frame => eventIn(frame).meta.id)
const resumeFrom = (frame: Received | undefined) => ({ 'last-event-id': frame?.id ?? '' })
const numberOf = (frame: Received) => (Number(eventIn(frame).meta.offset) - 6_387_234_000) / 2

test('the first bytes are a comment, then each event is three lines and a blank one', async () => {
  const source = await simulator()
  const client = await reader(source.url, {})
  await client.until(() => client.frames.length >= 3)
  expect(client.status).toBe(200)
  expect(client.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'x-wikiflow-source': 'simulate',
  })
  const text = client.body().toString()
  expect(text.startsWith(':ok\n\nevent: message\nid: [{"topic":"eqiad.mediawiki.recentchange"')).toBe(true)
  const whole = text.split('\n\n').slice(1, 3)
  for (const frame of whole) {
    expect(frame).toMatch(
      /^event: message\nid: \[.*\]\ndata: \{"\$schema":"\/mediawiki\/recentchange\/1\.0\.0".*\}$/,
    )
  }
})

test('an id names both data centres, the active one a millisecond after the event', async () => {
  const source = await simulator()
  const client = await reader(source.url)
  await client.until(() => client.frames.length >= 20)
  for (const frame of client.frames) {
    const dt = Date.parse(String(eventIn(frame).meta.dt))
    expect(JSON.parse(frame.id ?? '')).toEqual([
      { topic: 'eqiad.mediawiki.recentchange', partition: 0, timestamp: dt + 1 },
      { topic: 'codfw.mediawiki.recentchange', partition: 0, offset: -1 },
    ])
  }
})

test('Node’s own fetch reads it too, and Accept: application/json gives lines without ids', async () => {
  const source = await simulator()
  const response = await fetch(source.url, { headers: { accept: 'application/json' } })
  expect(response.headers.get('content-type')).toBe('application/json')
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString()
    if (text.split('\n').length > 4) break
  }
  const [first, second] = text.split('\n')
  expect(first).toBe('')
  expect(JSON.parse(second ?? '').meta.stream).toBe('mediawiki.recentchange')
})

test('a plain resume gets no event twice, and loses those that share a millisecond with the last one', async () => {
  const source = await simulator({ rate: 4000, total: 800 })
  const all = await reader(source.url)
  await all.until(() => all.frames.length === 800)
  const times = all.frames.map(frame => Date.parse(String(eventIn(frame).meta.dt)))
  const at = times.findIndex((time, n) => n > 100 && time === times[n + 1] && (times[n + 2] ?? 0) > time)
  const resumed = await reader(source.url, resumeFrom(all.frames[at]))
  await resumed.until(() => numberOf(resumed.frames.at(-1) ?? (all.frames[0] as Received)) === 799)
  expect(idsOf(resumed.frames)).not.toContain(idsOf(all.frames)[at + 1])
  expect(idsOf(resumed.frames)[0]).toBe(idsOf(all.frames)[at + 2])
})

test('a resume that goes back a few seconds gets all that came after, in the same bytes', async () => {
  const source = await simulator({ rate: 500, total: 500 })
  const all = await reader(source.url)
  await all.until(() => all.frames.length === 500)
  const cursor = JSON.parse(all.frames[300]?.id ?? '')
  cursor[0].timestamp -= 200
  const resumed = await reader(source.url, { 'last-event-id': JSON.stringify(cursor) })
  await resumed.until(() => resumed.frames.length > 0 && numberOf(resumed.frames.at(-1) as Received) === 499)
  const from = numberOf(resumed.frames[0] as Received)
  expect(from).toBeLessThan(250)
  expect(resumed.frames.map(({ data }) => data)).toEqual(all.frames.slice(from).map(({ data }) => data))
  // KafkaSSE lists places with an offset first after a resume.
  expect(resumed.frames[0]?.id).toMatch(/^\[\{"topic":"codfw/)
})

test('an offset wins over a timestamp, and `since` counts only without a Last-Event-ID', async () => {
  const source = await simulator({ total: 100 })
  const all = await reader(source.url)
  await all.until(() => all.frames.length === 100)
  const topic = 'eqiad.mediawiki.recentchange'
  const place = { topic, partition: 0, offset: 6_387_234_000 + 2 * 90, timestamp: 1 }
  const resumed = await reader(`${source.url}?since=0`, { 'last-event-id': JSON.stringify([place]) })
  await resumed.until(() => resumed.frames.length === 10)
  expect(numberOf(resumed.frames[0] as Received)).toBe(90)

  const since = await reader(`${source.url}?since=${Date.now() - 60_000}`)
  await since.until(() => since.frames.length === 100)
  const dated = await reader(`${source.url}?since=${new Date(Date.now() - 60_000).toISOString()}`)
  await dated.until(() => dated.frames.length === 100)
  expect(idsOf(since.frames)).toEqual(idsOf(all.frames))
})

test('what is older than the history is the latest, silently', async () => {
  let nowMs = 1_785_855_600_000
  const source = await simulator({ rate: 10, now: () => nowMs })
  const first = await reader(source.url)
  nowMs += 1_000
  await first.until(() => first.frames.length > 3)
  nowMs += 2 * 3_600_000
  const late = await reader(source.url, resumeFrom(first.frames[1]))
  const inTime = await reader(`${source.url}?since=${nowMs - 3_500_000}`)
  await inTime.until(() => inTime.frames.length > 0)
  nowMs += 1_000
  await late.until(() => late.frames.length > 0)
  expect(numberOf(late.frames[0] as Received)).toBeGreaterThan(71_000)
  expect(numberOf(inTime.frames[0] as Received)).toBeLessThan(40_000)
})

test.each([
  ['not JSON', '[{"topic":'],
  ['an object', '{"topic":"eqiad.mediawiki.recentchange","partition":0,"offset":1}'],
  ['empty', '[]'],
  ['neither offset nor timestamp', '[{"topic":"eqiad.mediawiki.recentchange","partition":0}]'],
  ['a timestamp that is text', '[{"topic":"eqiad.mediawiki.recentchange","partition":0,"timestamp":"1"}]'],
  ['null', 'null'],
])('a Last-Event-ID that is %s is refused with 400', async (_what, header) => {
  const source = await simulator()
  const client = await reader(source.url, { 'last-event-id': header })
  expect(client.status).toBe(400)
  await client.ended
  expect(client.body().toString()).toContain('Last-Event-ID')
})

test('a topic that is not there is a 404, a stream that is not there a 400', async () => {
  const source = await simulator()
  const header = '[{"topic":"replay.0123","partition":0,"offset":5}]'
  expect((await reader(source.url, { 'last-event-id': header })).status).toBe(404)
  expect((await reader(source.url.replace('recentchange', 'page-create'))).status).toBe(400)
  expect((await reader(`${source.url}?since=yesterday`)).status).toBe(400)
})

test('with a total, a reader gets exactly so many events, and then an idle connection', async () => {
  const source = await simulator({ rate: 100_000, total: 1500 })
  const client = await reader(source.url)
  await client.until(() => client.frames.length === 1500)
  expect(new Set(idsOf(client.frames)).size).toBe(1500)
  const { sent, happened, events } = source.tally()
  expect({ sent, happened }).toEqual({ sent: { unique: 1500, ranges: [[0, 1499]] }, happened: 1500 })
  expect(events.unique).toBe(1500)
})

test('the tally’s sum is that of the bytes a reader got, in any order', async () => {
  const source = await simulator({ rate: 100_000, total: 500 })
  const client = await reader(source.url)
  await client.until(() => client.frames.length === 500)
  const got = counter()
  for (const { data } of client.frames.toReversed()) got.add(data)
  expect(source.tally().events).toEqual(got.count())
  const lessOne = counter()
  for (const { data } of client.frames.slice(1)) lessOne.add(data)
  expect(lessOne.count().checksum).not.toBe(got.count().checksum)
})

test('a reader that is cut every 150 events and goes back 10 ms ends with every event once', async () => {
  let nowMs = 1_785_855_600_000
  const source = await simulator({ rate: 100, total: 600, faults: { cutEvery: 150 }, now: () => nowMs })
  const got = new Map<unknown, Buffer>()
  const endings: boolean[] = []
  for (let cursor = ''; got.size < 600; nowMs += 60_000) {
    const client = await reader(source.url, cursor ? { 'last-event-id': cursor } : {})
    nowMs += 60_000
    const isWhole = client.ended.then(({ whole }) => endings.push(whole))
    await Promise.race([
      isWhole,
      client.until(() => client.frames.length > 0 && numberOf(client.frames.at(-1) as Received) === 599),
    ])
    for (const frame of client.frames) got.set(eventIn(frame).meta.id, frame.data)
    cursor = (client.frames.at(-1)?.id ?? '').replace(/\d{13}/, ms => String(Number(ms) - 10))
  }
  expect(endings.length).toBeGreaterThanOrEqual(3)
  expect(endings).not.toContain(true)
  const { events, resent, sent } = source.tally()
  const seen = counter()
  for (const data of got.values()) seen.add(data)
  expect(events).toEqual(seen.count())
  expect(sent.ranges).toEqual([[0, 599]])
  expect(resent).toBeGreaterThan(0)
})

test('a connection is cut at its age, in the middle of the response', async () => {
  const source = await simulator({ rate: 100_000, cutAfterMs: 150 })
  const client = await reader(source.url)
  expect(await client.ended).toEqual({ whole: false })
  expect(client.frames.length).toBeGreaterThan(0)
})

test('a reader that does not read is not written for: the socket fills, and no more is made', async () => {
  const source = await simulator({ rate: 1_000_000, faults: { poison: { event_2mb: { rate: 1 } } } })
  const client = await reader(source.url)
  client.pause()
  await expect.poll(() => source.tally().bytes, { timeout: 20_000 }).toBeGreaterThan(4_000_000)
  // Loopback's socket buffers take about 5 MB; a frame of 2 MB waits behind them, where millions have happened.
  let before = 0
  const isStill = () => {
    const { bytes } = source.tally()
    const still = bytes === before
    before = bytes
    return still
  }
  await expect.poll(isStill, { interval: 300, timeout: 20_000 }).toBe(true)
  expect(before).toBeLessThan(15_000_000)
  expect(source.tally().happened).toBeGreaterThan(100_000)
  client.resume()
  await client.until(() => client.frames.length >= 6)
})

test('an address that is taken is an error at the start', async () => {
  const { url } = await simulator()
  await expect(simulator({ port: Number(new URL(url).port) })).rejects.toThrow('EADDRINUSE')
})
