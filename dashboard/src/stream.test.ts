import { createServer, get, type IncomingMessage, type Server } from 'node:http'
import { type AddressInfo } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { type Poll, type Watcher } from './poll.ts'
import { type Snapshot } from './schema.ts'
import { createStream, type Stream, streamLimits } from './stream.ts'

/** A poll that the test drives by hand. */
function handPoll() {
  const watchers = new Set<Watcher<Snapshot>>()
  const poll: Poll<Snapshot> = {
    watchers: () => watchers.size,
    current: () => Promise.reject(new Error('not asked in these tests')),
    watch(watcher) {
      watchers.add(watcher)
      return () => watchers.delete(watcher)
    },
  }
  const tell = (value: unknown) => {
    for (const watcher of watchers) watcher.value(value as Snapshot)
  }
  const fail = (error: unknown) => {
    for (const watcher of watchers) watcher.error(error)
  }
  return { poll, tell, fail }
}

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections()
})

async function serve(stream: Stream): Promise<string> {
  const server = createServer((_request, response) => {
    if (!stream.open(response)) response.writeHead(503).end()
  })
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

/** Opens the stream as a viewer; `text()` is all that came so far. */
function watch(url: string): Promise<{ response: IncomingMessage; text(): string; leave(): void }> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false }, response => {
      let text = ''
      response.setEncoding('utf8').on('data', part => {
        text += part
      })
      response.on('error', () => {})
      resolve({ response, text: () => text, leave: () => request.destroy() })
    })
    request.on('error', reject)
  })
}

test('each snapshot goes to all who watch, as one whole event', async () => {
  const { poll, tell } = handPoll()
  const url = await serve(createStream(poll))
  const viewers = [await watch(url), await watch(url)]
  tell({ at: 'one' })
  tell({ at: 'two\nlines' })
  for (const { text, response } of viewers) {
    expect(response.headers['content-type']).toBe('text/event-stream')
    await vi.waitFor(() =>
      expect(text()).toBe(
        'retry: 2000\n\nevent: snapshot\ndata: {"at":"one"}\n\nevent: snapshot\ndata: {"at":"two\\nlines"}\n\n',
      ),
    )
  }
})

test('somebody who comes later gets the newest snapshot at once', async () => {
  const { poll, tell } = handPoll()
  const url = await serve(createStream(poll))
  await watch(url)
  tell({ at: 'old' })
  tell({ at: 'new' })
  const { text } = await watch(url)
  await vi.waitFor(() => expect(text()).toBe('retry: 2000\n\nevent: snapshot\ndata: {"at":"new"}\n\n'))
})

test('the database is polled while somebody watches, and no longer', async () => {
  const { poll } = handPoll()
  const url = await serve(createStream(poll))
  expect(poll.watchers()).toBe(0)
  const viewers = [await watch(url), await watch(url)]
  expect(poll.watchers()).toBe(1)
  for (const { leave } of viewers) leave()
  await vi.waitFor(() => expect(poll.watchers()).toBe(0))
})

test("a database that can't be read is told without its host, role or statement", async () => {
  const { poll, fail } = handPoll()
  const url = await serve(createStream(poll))
  const { text } = await watch(url)
  fail(
    Object.assign(new Error('connect ECONNREFUSED db.internal:5432 as wikiflow_reader'), {
      code: 'ECONNREFUSED',
    }),
  )
  await vi.waitFor(() =>
    expect(text()).toContain('event: problem\ndata: {"message":"The database does not answer (ECONNREFUSED)'),
  )
  expect(text()).not.toContain('db.internal')
})

test('a viewer too many is refused, and let in when another has left', async () => {
  const { poll } = handPoll()
  const stream = createStream(poll, { ...streamLimits, viewers: 1 })
  const url = await serve(stream)
  const first = await watch(url)
  expect((await watch(url)).response.statusCode).toBe(503)
  first.leave()
  await vi.waitFor(() => expect(stream.viewers()).toBe(0))
  expect((await watch(url)).response.statusCode).toBe(200)
})

test('a viewer that does not read is dropped, while another misses nothing', async () => {
  const { poll, tell } = handPoll()
  const stream = createStream(poll, { ...streamLimits, missed: 5 })
  const url = await serve(stream)
  const slow = await watch(url)
  slow.response.socket.pause()
  const quick = await watch(url)
  const big = 'x'.repeat(256 * 1024)
  let told = 0
  await vi.waitFor(
    () => {
      tell({ at: `${++told}`, big })
      expect(stream.dropped()).toBe(1)
    },
    { timeout: 20_000, interval: 20 },
  )
  expect(stream.viewers()).toBe(1)
  tell({ at: 'last' })
  await vi.waitFor(() => expect(quick.text()).toMatch(/"at":"last"\}\n\n$/))
})

test('a silent stream carries comments, so that nothing between cuts it', async () => {
  const { poll } = handPoll()
  const url = await serve(createStream(poll, { ...streamLimits, heartbeatMs: 10 }))
  const { text } = await watch(url)
  await vi.waitFor(() => expect(text()).toMatch(/^retry: 2000\n\n(:\n\n){2,}$/))
})

test('closing ends every stream', async () => {
  const { poll } = handPoll()
  const stream = createStream(poll)
  const { response } = await watch(await serve(stream))
  stream.close()
  await vi.waitFor(() => expect(response.complete).toBe(true))
  expect([stream.viewers(), poll.watchers()]).toEqual([0, 0])
})
