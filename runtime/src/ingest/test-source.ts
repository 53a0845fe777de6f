import { type ServerResponse } from 'node:http'
import { type Source } from '../contract.ts'
import { type Cursor } from '../platform/source-cursor.ts'
import { beginStream, startTestServer, type TestServer } from './test-server.ts'

/** A source for tests whose events happen when the test says so, and which resumes by timestamp as Wikimedia does. */
export type TestSource = TestServer & {
  /** Lets `count` further events happen. */
  happen(count: number): void
  /** Ends all streams. */
  cut(): void
  /** The `Last-Event-ID` of each request. */
  resumes(): (string | undefined)[]
}

/** When event 0 happened, in ms. */
const firstMs = Date.UTC(2026, 7, 4, 15)

/** The time of event n, in ms: ten events a second. */
export const timeOf = (n: number) => firstMs + n * 100

/** The cursor after event n: its record's time + 1 ms. */
export const cursorAfter = (n: number): Cursor => [
  { topic: 'eqiad.mediawiki.recentchange', partition: 0, timestamp: timeOf(n) + 1 },
  { topic: 'codfw.mediawiki.recentchange', partition: 0, offset: -1 },
]

/** Event n. */
export function testEvent(n: number): string {
  const id = `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
  const dt = new Date(timeOf(n)).toISOString()
  return JSON.stringify({
    $schema: '/mediawiki/recentchange/1.0.1',
    meta: { id, dt, domain: 'en.wikipedia.org', stream: 'mediawiki.recentchange' },
    type: 'edit',
    wiki: 'enwiki',
    title: `Page ${n % 97}`,
    user: 'InventedEditor3',
  })
}

/** Starts with no event. Who doesn't say where to go on gets what happens from then on. */
export async function startTestSource(source: Source = 'live'): Promise<TestSource> {
  const streams = new Set<ServerResponse>()
  let happened = 0
  const frame = (n: number) =>
    `event: message\nid: ${JSON.stringify(cursorAfter(n))}\ndata: ${testEvent(n)}\n\n`
  const server = await startTestServer((request, response) => {
    beginStream(response, source === 'live' ? {} : { 'x-wikiflow-source': source })
    const resume = request.headers['last-event-id']
    if (resume) {
      const [place] = JSON.parse(String(resume)) as { timestamp: number }[]
      const from = Math.max(0, Math.ceil(((place?.timestamp ?? 0) - firstMs) / 100))
      for (let n = from; n < happened; n++) response.write(frame(n))
    }
    streams.add(response)
    response.on('close', () => streams.delete(response))
  })
  return {
    ...server,
    happen(count) {
      for (const end = happened + count; happened < end; happened++) {
        for (const stream of streams) stream.write(frame(happened))
      }
    },
    cut() {
      for (const stream of streams) stream.end()
    },
    resumes: () => server.requests.map(request => request.headers['last-event-id']?.toString()),
  }
}
