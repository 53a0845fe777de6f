import { type IncomingMessage, type ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { ConfigError } from '../platform/config.ts'
import { openSource, type Resume, SourceBroken, SourceIdle, SourceRefused } from './source.ts'
import { beginStream, startTestServer, type TestServer } from './test-server.ts'

let server: TestServer | undefined
let other: TestServer | undefined
afterEach(async () => {
  await server?.close()
  await other?.close()
  server = other = undefined
})

const cursor = [{ topic: 'eqiad.mediawiki.recentchange', partition: 0, timestamp: 1_785_857_069_725 }]

async function open(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  more: { resume?: Resume; contact?: string; idleMs?: number; signal?: AbortSignal } = {},
) {
  server = await startTestServer(answer)
  const signal = more.signal ?? new AbortController().signal
  return openSource({ contact: undefined, resume: {}, idleMs: 5_000, ...more, url: server.url, signal })
}

async function readAll(chunks: AsyncIterable<Buffer>): Promise<string> {
  const read: Buffer[] = []
  for await (const chunk of chunks) read.push(chunk)
  return Buffer.concat(read).toString()
}

describe('the request', () => {
  test('names us and our contact, asks for bytes as they are, and says where to go on', async () => {
    const stream = await open((_, response) => beginStream(response), {
      resume: { cursor },
      contact: 'ops@wikiflow.example',
    })
    stream.close()
    expect(server?.requests[0]?.headers).toMatchObject({
      'user-agent': expect.stringMatching(/^wikiflow\/\d+\.\d+\.\d+ \(ops@wikiflow\.example\) node\/\d+/),
      accept: 'text/event-stream',
      'accept-encoding': 'identity',
      'last-event-id': JSON.stringify(cursor),
    })
    expect(server?.requests[0]?.url).not.toContain('since')
  })

  test('without a cursor asks for a time, where one is given', async () => {
    const stream = await open((_, response) => beginStream(response), {
      resume: { sinceMs: Date.UTC(2026, 7, 4) },
    })
    stream.close()
    expect(server?.requests[0]?.url).toMatch(/\?since=2026-08-04T00%3A00%3A00\.000Z$/)
    expect(server?.requests[0]?.headers).not.toHaveProperty('last-event-id')
  })

  test('is never made to Wikimedia without a contact, by a redirect neither', async () => {
    const url = new URL('https://stream.wikimedia.org/v2/stream/recentchange')
    const options = { contact: undefined, resume: {}, idleMs: 1, signal: new AbortController().signal }
    await expect(openSource({ ...options, url })).rejects.toThrow(ConfigError)
    await expect(
      open((_, response) => response.writeHead(302, { location: String(url) }).end()),
    ).rejects.toThrow('WIKIFLOW_CONTACT is not set')
  })
})

describe('an answer that is no stream', () => {
  test.each([
    [429, { 'retry-after': '12' }, 'slow down', 12_000, 'answered 429 Too Many Requests: slow down'],
    [403, {}, '<p>\n  set a   User-Agent</p>', undefined, 'answered 403 Forbidden: <p> set a User-Agent</p>'],
    [502, {}, '', undefined, 'answered 502 Bad Gateway'],
  ])('%i is told with its reason', async (status, headers, body, retryAfterMs, message) => {
    const refused = open((_, response) => response.writeHead(status, headers).end(body))
    await expect(refused).rejects.toMatchObject({
      name: 'SourceRefused',
      status,
      retryAfterMs,
      message: expect.stringMatching(new RegExp(`${message}$`)),
    })
  })

  test('an endless body of a refusal is not read to its end', async () => {
    const refused = open((_, response) => {
      response.writeHead(500)
      const feed = () => {
        while (response.write('x'.repeat(1_000))) {}
      }
      response.on('drain', feed)
      feed()
    })
    await expect(refused).rejects.toThrow(SourceRefused)
  })

  test('a web page, bytes that are compressed, and a source of an unknown kind are refused', async () => {
    await expect(open((_, response) => response.end('<html>'))).rejects.toThrow('sends nothing where')
    await server?.close()
    const gzip = { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' }
    await expect(
      open((_, response) => response.writeHead(200, gzip).end(gzipSync('data: 1\n\n'))),
    ).rejects.toThrow('sends gzip')
    await server?.close()
    await expect(
      open((_, response) => beginStream(response, { 'x-wikiflow-source': 'dream' })),
    ).rejects.toThrow('is dream; allowed: live, simulate, replay')
  })

  test('a refused connection is broken, not refused', async () => {
    server = await startTestServer(() => {})
    const { url } = server
    await server.close()
    const signal = new AbortController().signal
    await expect(openSource({ url, contact: undefined, resume: {}, idleMs: 1, signal })).rejects.toThrow(
      SourceBroken,
    )
  })
})

describe('a redirect', () => {
  test('is followed, with the place to resume from', async () => {
    other = await startTestServer((_, response) => beginStream(response, { 'x-wikiflow-source': 'simulate' }))
    const location = String(other.url)
    const stream = await open((_, response) => response.writeHead(307, { location }).end(), {
      resume: { cursor },
    })
    expect(stream.source).toBe('simulate')
    expect(other.requests[0]?.headers['last-event-id']).toBe(JSON.stringify(cursor))
    stream.close()
  })
  test.each([
    ['in circles', '/v2/stream/recentchange', 'more than 3 redirects'],
    ['to another kind of address', 'ftp://127.0.0.1/', 'only https'],
    ['to nonsense', 'http://', 'not a URL'],
  ])('%s ends', async (_, location, message) => {
    await expect(open((_request, response) => response.writeHead(301, { location }).end())).rejects.toThrow(
      message,
    )
  })
})

describe('a stream', () => {
  test('gives its bytes and its end', async () => {
    const stream = await open((_, response) => {
      beginStream(response)
      response.end('data: 1\n\n')
    })
    expect(stream.source).toBe('live')
    expect(await readAll(stream.chunks())).toBe(':ok\n\ndata: 1\n\n')
  })

  test('that falls silent is told from one that breaks', async () => {
    const silent = await open((_, response) => beginStream(response), { idleMs: 50 })
    await expect(readAll(silent.chunks())).rejects.toThrow(SourceIdle)
    await server?.close()
    const breaking = await open((_, response) => {
      beginStream(response)
      setImmediate(() => response.destroy())
    })
    const error = await readAll(breaking.chunks()).catch(caught => caught)
    expect(error).toBeInstanceOf(SourceBroken)
    expect(error).not.toBeInstanceOf(SourceIdle)
  })

  test('is left at once when we stop', async () => {
    const abort = new AbortController()
    const stream = await open((_, response) => beginStream(response), { signal: abort.signal })
    const reading = readAll(stream.chunks())
    abort.abort()
    await expect(reading).rejects.toThrow(SourceBroken)
  })

  test('that nobody reads stops the server from sending, and does not count as silent', async () => {
    let sent = 0
    let isBlocked = false
    const block = Buffer.alloc(64 * 1024, 'x')
    const stream = await open(
      (_, response) => {
        beginStream(response)
        const feed = () => {
          isBlocked = false
          while (response.writable) {
            sent += block.length
            if (!response.write(block)) {
              isBlocked = true
              return
            }
          }
        }
        response.on('drain', feed)
        feed()
      },
      { idleMs: 200 },
    )
    const chunks = stream.chunks()
    await chunks.next()
    // Blocked for longer than the silence that is allowed, at a few socket buffers.
    const before = { sent: -1, at: performance.now() }
    await expect
      .poll(
        () => {
          if (sent !== before.sent) Object.assign(before, { sent, at: performance.now() })
          return isBlocked && performance.now() - before.at > 400
        },
        { timeout: 10_000 },
      )
      .toBe(true)
    expect(sent).toBeLessThan(32 * 1024 * 1024)
    expect((await chunks.next()).done).toBe(false)
    await chunks.return()
  })
})
