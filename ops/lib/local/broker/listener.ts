import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { BrokerError, systemCode } from './broker-error.ts'
import { type Connection } from './connection.ts'

/** How long a stop waits for requests that are being served, in ms. */
const finishMs = 1_000

/** A TCP server that can go away and come back on the same port, with the connections it has. */
export class Listener {
  readonly #host: string
  readonly #accept: (socket: Socket) => Connection
  readonly #connections = new Set<Connection>()
  #server: Server | undefined
  #port: number

  constructor(options: { host: string; port: number; accept: (socket: Socket) => Connection }) {
    this.#host = options.host
    this.#port = options.port
    this.#accept = options.accept
  }

  get port(): number {
    return this.#port
  }

  get listening(): boolean {
    return this.#server?.listening ?? false
  }

  get connections(): number {
    return this.#connections.size
  }

  /** Listens; on port 0 on a free one, which it then keeps. @throws BrokerError when the port can't be had. */
  async listen(): Promise<void> {
    if (this.#server) return
    const server = createServer(socket => {
      const connection = this.#accept(socket)
      this.#connections.add(connection)
      socket.once('close', () => this.#connections.delete(connection))
    })
    await new Promise<void>((resolve, reject) => {
      server.once('error', error => {
        reject(
          new BrokerError(
            systemCode(error) === 'EADDRINUSE'
              ? `port ${this.#port} on ${this.#host} is taken: stop what listens there, or choose another`
              : `can't listen on ${this.#host}:${this.#port}: ${systemCode(error)}`,
          ),
        )
      })
      server.listen(this.#port, this.#host, resolve)
    })
    this.#server = server
    this.#port = (server.address() as AddressInfo).port
  }

  /** Listens no more and closes all connections: at once, or after the requests that are being served. */
  async close(how: 'now' | 'finish'): Promise<void> {
    const server = this.#server
    this.#server = undefined
    const closed = server && new Promise(resolve => server.close(resolve))
    if (how === 'finish') {
      const finished = Promise.all([...this.#connections].map(connection => connection.finish()))
      await Promise.race([finished, sleep(finishMs, undefined, { ref: false })])
    }
    for (const connection of this.#connections) connection.destroy()
    await closed
  }
}
