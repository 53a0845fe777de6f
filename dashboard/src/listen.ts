import { createServer, type RequestListener, type Server } from 'node:http'
import { ConfigError } from '../../runtime/src/platform/config.ts'

/** A listening dashboard. */
export type Listening = { server: Server; url: string }

/** Sockets that may be open at once; the pages' streams among them. */
const maxConnections = 500

/**
 * Listens for the page's viewers.
 * @throws ConfigError, a sentence with host and port, when they can't be listened on.
 */
export function listen(app: RequestListener, host: string, port: number): Promise<Listening> {
  const server = createServer(app)
  server.maxConnections = maxConnections
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new ConfigError(sentenceOf(error, host, port)))
    })
    server.listen(port, host, () => {
      const address = server.address()
      const bound = typeof address === 'object' && address ? address.port : port
      const name = host.includes(':') ? `[${host}]` : host
      resolve({ server, url: `http://${name}:${bound}` })
    })
  })
}

function sentenceOf(error: NodeJS.ErrnoException, host: string, port: number): string {
  if (error.code === 'EADDRINUSE') {
    return `DASHBOARD_PORT ${port} of ${host} is taken by another program: stop it, or set DASHBOARD_PORT to a free port (0 takes any)`
  }
  if (error.code === 'EACCES') {
    return `DASHBOARD_PORT ${port} needs rights that this user lacks: set it to a port from 1024 to 65535`
  }
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    return `DASHBOARD_HOST ${host} is not an address of this machine (${error.code}): 127.0.0.1 is for this machine alone, 0.0.0.0 for all who reach it`
  }
  return `the dashboard can't listen on ${host} port ${port}: ${error.message}`
}
