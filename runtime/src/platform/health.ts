import { createServer, type Server } from 'node:http'
import { type AddressInfo } from 'node:net'
import { type Registry } from 'prom-client'

/** Does the service do its job? `detail` is for a status screen: names, counts, states; never a secret. */
export type Readiness = { ready: boolean; reason?: string; detail?: Record<string, unknown> }

/** The listening health server. */
export type Health = { url: string; close(): Promise<void> }

/**
 * Serves `/healthz` (the process is alive), `/readyz` (200 or 503, as JSON), `/startupz` (like `/readyz` until the
 * service has been ready once, then 200 while the process lives: what a host may kill it by) and `/metrics`
 * (Prometheus text).
 * @throws the listen error, such as EADDRINUSE, as Node gives it.
 */
export async function serveHealth(options: {
  host: string
  port: number
  readiness: () => Readiness
  metrics: Registry
}): Promise<Health> {
  let hasBeenReady = false
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0]
    if (path === '/healthz' || (path === '/startupz' && hasBeenReady)) {
      response.end('ok\n')
    } else if (path === '/readyz' || path === '/startupz') {
      const state = options.readiness()
      hasBeenReady ||= state.ready
      response.writeHead(state.ready ? 200 : 503, { 'content-type': 'application/json' })
      response.end(`${JSON.stringify(state)}\n`)
    } else if (path === '/metrics') {
      options.metrics.metrics().then(
        text => response.setHeader('content-type', options.metrics.contentType).end(text),
        () => response.writeHead(500).end(),
      )
    } else {
      response.writeHead(404).end('try /healthz, /readyz, /startupz or /metrics\n')
    }
  })
  await listen(server, options.port, options.host)
  const { port } = server.address() as AddressInfo
  return {
    url: `http://${options.host}:${port}`,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
