import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo } from 'node:net'
import { type Source, sourceHttpHeader } from '../../../../runtime/src/contract.ts'
import { RequestError } from './cursor.ts'

/** Where Wikimedia has its stream; the second name is the one in the schema. */
const streamPath = '/v2/stream/recentchange'
const streamPaths = [streamPath, '/v2/stream/mediawiki.recentchange']

/** What a source does with requests. */
export type SourceRoutes = {
  source: Source
  stream(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void>
  tally(): unknown
  /** The faults as they stand. */
  faults(): unknown
  /** Takes a change of the faults, as parsed JSON; throws a RequestError for one that isn't. */
  changeFaults(change: unknown): unknown
}

/** Largest body of a request, in bytes. */
const maxBodyBytes = 64 * 1024

/**
 * Serves a source. Gives the URL of its stream; `close` ends every connection.
 * Throws Node's error when the address can't be listened on.
 */
export async function serve(
  { host, port }: { host: string; port: number },
  routes: SourceRoutes,
): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    response.setHeader(sourceHttpHeader, routes.source)
    route(request, response, routes).catch(error => refuse(response, error))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const address = server.address() as AddressInfo
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return {
    url: `http://${name}:${address.port}${streamPath}`,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function route(
  request: IncomingMessage,
  response: ServerResponse,
  routes: SourceRoutes,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://source')
  const path = url.pathname
  const isPost = path === '/faults' && request.method === 'POST'
  if (request.method !== 'GET' && !isPost) {
    throw new RequestError(405, `${request.method} ${path}: GET is allowed, and POST for /faults.`)
  }
  if (streamPaths.includes(path)) return routes.stream(request, response, url)
  if (path === '/tally') return sendJson(response, 200, routes.tally())
  if (isPost) return sendJson(response, 200, routes.changeFaults(await readJson(request)))
  if (path === '/faults') return sendJson(response, 200, routes.faults())
  if (path === '/healthz') return sendJson(response, 200, { ok: true })
  // EventStreams has 400 for a stream that it doesn't know.
  if (path.startsWith('/v2/stream/')) {
    throw new RequestError(400, `Invalid streams: ${path.slice('/v2/stream/'.length)}`)
  }
  throw new RequestError(404, `${path} is not here: ${streamPath}, /tally, /faults and /healthz are.`)
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
  response.end(`${JSON.stringify(body)}\n`)
}

function refuse(response: ServerResponse, error: Error): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const status = error instanceof RequestError ? error.status : 500
  sendJson(response, status, { status, detail: error.message })
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBodyBytes) throw new RequestError(413, `The body has more than ${maxBodyBytes} bytes.`)
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString())
  } catch (error) {
    throw new RequestError(400, `The body is not JSON: ${(error as Error).message}`)
  }
}
