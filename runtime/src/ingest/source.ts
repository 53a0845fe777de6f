import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { type Source, sourceHttpHeader, sources } from '../contract.ts'
import { type Cursor, formatCursor } from '../platform/source-cursor.ts'
import { parseRetryAfter } from './backoff.ts'
import { userAgentFor } from './user-agent.ts'

/** Where in the stream to begin; without either, at the latest event. */
export type Resume = { cursor?: Cursor; sinceMs?: number }

/** A response that streams. */
export type SourceStream = {
  source: Source
  /**
   * The bytes, as they come off the socket, which is read no faster than this is.
   * @throws SourceIdle after a silence; SourceBroken when the connection breaks or the signal aborts.
   */
  chunks(): AsyncGenerator<Buffer, void>
  close(): void
}

/** The source answered, but not with a stream. */
export class SourceRefused extends Error {
  override name = 'SourceRefused'
  readonly status: number
  readonly retryAfterMs: number | undefined
  /** Who refused; undefined when the name is none of ours. */
  readonly source: Source | undefined
  constructor(
    message: string,
    status: number,
    more: { retryAfterMs?: number | undefined; source?: Source | undefined } = {},
  ) {
    super(message)
    this.status = status
    this.retryAfterMs = more.retryAfterMs
    this.source = more.source
  }
}

/** The connection broke, or was never made. */
export class SourceBroken extends Error {
  override name = 'SourceBroken'
}

/** No byte came for too long. */
export class SourceIdle extends SourceBroken {
  override name = 'SourceIdle'
}

/** How long connecting may take, up to the response's head, in ms. */
const connectMs = 20_000
const maxRedirects = 3
const maxRefusalBytes = 300

/**
 * Opens the event stream. Node's own HTTP client: it leaves the body's bytes alone, and stops reading the socket when
 * nobody reads the response.
 * @throws SourceRefused for an answer that isn't a stream; SourceBroken when there is none, or the signal aborts;
 *   ConfigError for a Wikimedia host without a contact.
 */
export async function openSource(options: {
  url: URL
  contact: string | undefined
  resume: Resume
  idleMs: number
  signal: AbortSignal
}): Promise<SourceStream> {
  let url = new URL(options.url)
  const { cursor, sinceMs } = options.resume
  if (!cursor && sinceMs !== undefined) url.searchParams.set('since', new Date(sinceMs).toISOString())
  for (let redirects = 0; ; redirects++) {
    const response = await request(url, options)
    const status = response.statusCode ?? 0
    const location = response.headers.location
    if ([301, 302, 303, 307, 308].includes(status) && location !== undefined) {
      response.destroy()
      url = redirected(url, location, status, redirects)
      continue
    }
    if (status !== 200) throw await refusal(url, response)
    return {
      source: accept(url, response),
      chunks: () => chunks(response, options.idleMs),
      close: () => response.destroy(),
    }
  }
}

function request(
  url: URL,
  options: { contact: string | undefined; resume: Resume; signal: AbortSignal },
): Promise<IncomingMessage> {
  const { cursor } = options.resume
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const outgoing = (url.protocol === 'https:' ? https : http).get(url, {
    agent: false,
    signal: options.signal,
    headers: {
      'user-agent': userAgentFor(url, options.contact),
      accept: 'text/event-stream',
      'accept-encoding': 'identity',
      'cache-control': 'no-cache',
      ...(cursor && { 'last-event-id': formatCursor(cursor) }),
    },
  })
  const timer = setTimeout(
    () => outgoing.destroy(new SourceBroken(`no answer from ${url.host} within ${connectMs / 1_000} s`)),
    connectMs,
  )
  outgoing
    .on('error', error => reject(broken(error)))
    .on('response', response => {
      // Whoever reads the response gets its error; one that nobody reads any more must not end the process.
      response.on('error', () => {})
      resolve(response)
    })
  return promise.finally(() => clearTimeout(timer))
}

function redirected(from: URL, location: string, status: number, redirects: number): URL {
  const refuse = (why: string) => new SourceRefused(`${from.host} redirects to ${location}: ${why}`, status)
  if (!URL.canParse(location, from.href)) throw refuse('not a URL')
  const to = new URL(location, from)
  if (redirects >= maxRedirects) throw refuse(`more than ${maxRedirects} redirects`)
  if (to.protocol !== 'https:' && (to.protocol !== 'http:' || from.protocol === 'https:')) {
    throw refuse('only https is followed from https')
  }
  return to
}

async function refusal(url: URL, response: IncomingMessage): Promise<SourceRefused> {
  let body = Buffer.alloc(0)
  try {
    for await (const chunk of chunks(response, 2_000)) {
      body = Buffer.concat([body, chunk])
      if (body.length >= maxRefusalBytes) break
    }
  } catch {
    // A refusal without its body is refusal enough.
  }
  response.destroy()
  const said = body.toString('utf8', 0, maxRefusalBytes).replace(/\s+/g, ' ').trim()
  const status = response.statusCode ?? 0
  return new SourceRefused(
    `${url.host} answered ${status} ${response.statusMessage}${said && `: ${said}`}`,
    status,
    {
      retryAfterMs: parseRetryAfter(response.headers['retry-after'], Date.now()),
      source: namedSource(response),
    },
  )
}

/** The source that the response says it comes from; only Wikimedia's own says nothing. */
function namedSource(response: IncomingMessage): Source | undefined {
  const name = response.headers[sourceHttpHeader] ?? 'live'
  return sources.find(known => known === name)
}

function broken(error: unknown): SourceBroken {
  if (error instanceof SourceBroken) return error
  return new SourceBroken(error instanceof Error ? error.message : String(error), { cause: error })
}

function accept(url: URL, response: IncomingMessage): Source {
  const refuse = (why: string) => {
    response.destroy()
    return new SourceRefused(`${url.host} answered 200, but ${why}`, 200)
  }
  const type = response.headers['content-type'] ?? 'nothing'
  if (!/^text\/event-stream\b/i.test(type)) throw refuse(`sends ${type} where text/event-stream is asked for`)
  const encoding = response.headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') throw refuse(`sends ${encoding}, which was not asked for`)
  const source = namedSource(response)
  const name = response.headers[sourceHttpHeader]
  if (!source) throw refuse(`its ${sourceHttpHeader} is ${name}; allowed: ${sources.join(', ')}`)
  return source
}

async function* chunks(response: IncomingMessage, idleMs: number): AsyncGenerator<Buffer, void> {
  const iterator: AsyncIterator<Buffer> = response[Symbol.asyncIterator]()
  const idle = () => response.destroy(new SourceIdle(`no byte for ${idleMs / 1_000} s`))
  try {
    for (;;) {
      // Runs only while we wait for the source, never while it waits for us.
      const timer = setTimeout(idle, idleMs)
      const next = await iterator
        .next()
        .catch(error => Promise.reject(broken(error)))
        .finally(() => clearTimeout(timer))
      if (next.done) return
      yield next.value
    }
  } finally {
    response.destroy()
  }
}
