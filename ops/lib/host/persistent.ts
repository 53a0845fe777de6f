import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Host } from './host.ts'
import { ConnectionLost, Unreachable } from './ssh-failure.ts'

/** How long a host that was reached before may be away, in ms, and how long between two tries. */
const patience = { awayMs: 60_000, pauseMs: 2_000 }

/**
 * A host whose scripts are run again when the connection breaks, for as long as a minute; so they must be such that
 * running them twice does what running them once does. One that was never reached isn't waited for, and what is read
 * from a stream, or written to one, isn't begun again.
 */
export function persistent(host: Host, { awayMs, pauseMs } = patience): Host {
  let wasReached = false
  return {
    ...host,
    run: async (script, args, options = {}) => {
      const { stdin, stdout, signal } = options
      const isOnce = stdin instanceof Readable || stdout !== undefined
      for (const until = Date.now() + awayMs; ; await sleep(pauseMs, undefined, signal && { signal })) {
        try {
          const ran = await host.run(script, args, options)
          wasReached = true
          return ran
        } catch (error) {
          const mayPass = error instanceof ConnectionLost || (wasReached && error instanceof Unreachable)
          if (!mayPass || isOnce || Date.now() > until) throw error
        }
      }
    },
  }
}
