import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A TCP proxy on 127.0.0.1 that can lose what a real network loses. */
export type TcpProxy = {
  port: number
  /** The next answer of the server is thrown away with its connection: the request was carried out, nobody hears. */
  loseNextAnswer(): void
  /** While on, what the server answers is kept back; turned off, it is thrown away with its connections. */
  holdAnswers(on: boolean): void
  /** Cuts all connections now. */
  cut(): void
  /** Refuses new connections until told otherwise. */
  refuse(on: boolean): void
  close(): Promise<void>
}

/** Starts a proxy in front of a port of this machine. */
export async function startTcpProxy(to: number): Promise<TcpProxy> {
  const open = new Set<Socket>()
  let losing = false
  let refusing = false
  let holding = false
  const server = createServer(client => {
    if (refusing) {
      client.destroy()
      return
    }
    const upstream = connect(to, '127.0.0.1')
    const end = () => {
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) {
      open.add(socket)
      socket.on('error', end)
      socket.on('close', () => {
        open.delete(socket)
        end()
      })
    }
    client.on('data', data => upstream.write(data))
    upstream.on('data', data => {
      if (holding) return
      if (losing) {
        losing = false
        end()
      } else {
        client.write(data)
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = () => {
    for (const socket of open) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    loseNextAnswer: () => {
      losing = true
    },
    holdAnswers: on => {
      if (!on) cut()
      holding = on
    },
    cut,
    refuse: on => {
      refusing = on
    },
    close: async () => {
      server.close()
      cut()
      await once(server, 'close')
    },
  }
}
