import http from 'node:http'
import { createParser } from 'eventsource-parser'

/** A frame as an independent SSE parser reads it, its data as the bytes that came. */
export type Received = { event: string | undefined; id: string | undefined; data: Buffer }

/** A connection of a test to a source. */
export type TestClient = {
  status: number
  headers: http.IncomingHttpHeaders
  frames: Received[]
  comments: string[]
  /** All bytes of the body so far. */
  body(): Buffer
  /** Waits until the condition holds; it is looked at with every chunk. Rejects after 25 seconds. */
  until(holds: () => boolean): Promise<void>
  /** When the server has ended the connection: `whole` is false when it was cut. */
  ended: Promise<{ whole: boolean }>
  pause(): void
  resume(): void
  close(): void
}

const patienceMs = 25_000

/** Opens the stream, as ingest does or with other headers. */
export function connect(url: string, headers: http.OutgoingHttpHeaders = {}): Promise<TestClient> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent: false, headers: { accept: 'text/event-stream', ...headers } })
    request.once('error', reject)
    request.once('response', response => resolve(clientOf(request, response)))
  })
}

/** The event in a frame's data. */
export function eventIn({ data }: Received): Record<string, unknown> & { meta: Record<string, unknown> } {
  return JSON.parse(data.toString())
}

function clientOf(request: http.ClientRequest, response: http.IncomingMessage): TestClient {
  const chunks: Buffer[] = []
  const frames: Received[] = []
  const comments: string[] = []
  const waiting = new Set<() => void>()
  const look = () => {
    for (const check of waiting) check()
  }
  // latin1 keeps every byte, whether or not it is UTF-8.
  const parser = createParser({
    onEvent: ({ event, id, data }) => frames.push({ event, id, data: Buffer.from(data, 'latin1') }),
    onComment: comment => comments.push(comment),
  })
  request.on('error', () => {})
  response.on('error', () => {})
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    parser.feed(chunk.toString('latin1'))
    look()
  })
  const ended = new Promise<{ whole: boolean }>(resolve => {
    response.once('close', () => resolve({ whole: response.complete }))
  })
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    frames,
    comments,
    ended,
    body: () => Buffer.concat(chunks),
    pause: () => response.pause(),
    resume: () => response.resume(),
    close: () => request.destroy(),
    until: holds =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(check)
          reject(new Error(`not within ${patienceMs} ms: ${holds}; ${frames.length} frames came`))
        }, patienceMs)
        const check = () => {
          if (!holds()) return
          clearTimeout(timer)
          waiting.delete(check)
          resolve()
        }
        waiting.add(check)
        check()
      }),
  }
}
