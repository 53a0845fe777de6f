import { once } from 'node:events'
import { type Socket } from 'node:net'
import { type Frame } from './dispatch.ts'
import { DroppedError } from './endpoint.ts'
import { readFrames } from './frames.ts'
import { type BrokerLog } from './handlers/context.ts'
import { MalformedError } from './wire/reader.ts'

/** A connection on which nothing moves for this long is closed, in ms (Kafka's `connections.max.idle.ms`). */
const idleMs = 600_000

/** One client's connection. */
export type Connection = {
  /** Lets the request that is being served end, then closes; resolves when it is closed. */
  finish(): Promise<void>
  /** Closes at once. */
  destroy(): void
}

/**
 * Serves a socket, one request after another, as Kafka does: the next one is read when the answer to the last has gone
 * out. So a client that doesn't read is answered no more, and holds one response in memory.
 */
export function serve(
  socket: Socket,
  answer: (request: Buffer, caller: { clientHost: string; signal: AbortSignal }) => Promise<Frame>,
  log: BrokerLog,
): Connection {
  const gone = new AbortController()
  let serving = false
  let finishing = false
  socket.setNoDelay(true)
  socket.setTimeout(idleMs, () => socket.destroy())
  socket.on('error', () => {}) // a client that breaks off is no news; 'close' follows
  const closed = new Promise<void>(resolve => {
    socket.once('close', () => {
      gone.abort()
      resolve()
    })
  })
  const caller = { clientHost: `/${socket.remoteAddress ?? ''}`, signal: gone.signal }

  const run = async () => {
    for await (const request of readFrames(socket)) {
      serving = true
      const frame = await answer(request, caller)
      if (frame) await send(socket, frame, gone.signal)
      serving = false
      if (finishing) break
    }
  }
  run()
    .catch(error => {
      if (error instanceof MalformedError) {
        log.warn({ client: caller.clientHost, reason: error.message }, 'closed a connection for what it sent')
      } else if (!(error instanceof DroppedError) && !gone.signal.aborted) {
        log.error({ client: caller.clientHost, err: error }, 'closed a connection')
      }
    })
    .finally(() => {
      if (finishing) socket.destroySoon()
      else socket.destroy()
    })

  return {
    finish: () => {
      finishing = true
      if (serving) gone.abort()
      else socket.destroy()
      return closed
    },
    destroy: () => socket.destroy(),
  }
}

async function send(socket: Socket, frame: Buffer[], signal: AbortSignal): Promise<void> {
  socket.cork()
  let flowing = true
  for (const chunk of frame) flowing = socket.write(chunk)
  socket.uncork()
  if (!flowing && !signal.aborted) await once(socket, 'drain', { signal })
}
