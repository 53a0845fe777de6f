import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { type AddressInfo } from 'node:net'

/**
 * What happens to a request: `lost` lets it take effect and cuts the connection before the answer; `cut` cuts the
 * answer's body in the middle; `silent` never answers; a number is an HTTP status answered without asking the server.
 */
export type Fault = 'lost' | 'cut' | 'silent' | number

/** A proxy in front of a server that makes faults. */
export type FaultyProxy = {
  url: string
  /** The faults of the next requests that `matches` picks, one each. */
  faults: Fault[]
  matches: (request: IncomingMessage) => boolean
  stop(): Promise<void>
}

/** Starts a proxy on a free port of loopback. */
export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const server = createServer((incoming, outgoing) => {
    const fault = proxy.matches(incoming) ? proxy.faults.shift() : undefined
    if (fault === 'silent') return
    if (typeof fault === 'number') {
      incoming.resume()
      outgoing.writeHead(fault, { 'content-type': 'application/xml' }).end(errorBody(fault))
      return
    }
    forward(incoming, outgoing, fault)
  })
  const forward = (incoming: IncomingMessage, outgoing: ServerResponse, fault: Fault | undefined) => {
    const onward = request(`${target}${incoming.url}`, { method: incoming.method, headers: incoming.headers })
    onward.on('error', () => outgoing.destroy())
    onward.on('response', async answer => {
      const chunks: Buffer[] = []
      for await (const chunk of answer) chunks.push(chunk)
      const body = Buffer.concat(chunks)
      if (fault === 'lost') return incoming.socket.destroy()
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      if (fault === 'cut') outgoing.write(body.subarray(0, body.length / 2), () => incoming.socket.destroy())
      else outgoing.end(body)
    })
    incoming.pipe(onward)
  }
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const proxy: FaultyProxy = {
    url: `http://127.0.0.1:${port}`,
    faults: [],
    matches: () => true,
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return proxy
}

function errorBody(status: number): string {
  const code = { 403: 'AccessDenied', 409: 'ConditionalRequestConflict', 503: 'SlowDown' }[status]
  return `<?xml version="1.0"?><Error><Code>${code ?? 'InternalError'}</Code><Message>made by a test</Message></Error>`
}
