import { type ServerResponse } from 'node:http'
import { type Poll } from './poll.ts'
import { problemOf } from './problem.ts'
import { type Snapshot } from './schema.ts'

/** The part of a response that the stream writes to. */
type Viewer = Pick<
  ServerResponse,
  'writeHead' | 'write' | 'end' | 'destroy' | 'once' | 'writableNeedDrain' | 'destroyed'
>

/** The fan-out of snapshots to all open pages, as server-sent events. */
export type Stream = {
  /** Opens the stream to a viewer; false, with nothing written, when as many as allowed are watching. */
  open(viewer: Viewer): boolean
  viewers(): number
  /** Viewers that were let go because they read too slowly. */
  dropped(): number
  /** Ends all streams; browsers come back by themselves after `retryMs`. */
  close(): void
}

export const streamLimits = {
  viewers: 200,
  /** A comment is sent when nothing else was for this long, so that proxies keep the connection. */
  heartbeatMs: 15_000,
  /** Snapshots that a viewer may miss because the one before is still on its way; then it is dropped. */
  missed: 15,
  /** How long a browser waits before it connects again. */
  retryMs: 2_000,
}

/**
 * Fans out what the poll loads: `snapshot` with the page's one object, or `problem` with a sentence when the
 * database can't be read. Each event is written once as text for all. What a viewer's socket doesn't take is not
 * queued: it misses snapshots, and each snapshot is whole, so `Last-Event-ID` needs no answer.
 */
export function createStream(poll: Poll<Snapshot>, limits = streamLimits): Stream {
  /** The open streams, each with how many events in a row it has missed. */
  const open = new Map<Viewer, number>()
  let dropped = 0
  let stopPoll: (() => void) | undefined
  let heartbeat: NodeJS.Timeout | undefined
  let last: string | undefined

  const leave = (viewer: Viewer) => {
    if (!open.delete(viewer) || open.size > 0) return
    stopPoll?.()
    clearInterval(heartbeat)
    last = undefined
  }
  const send = (text: string) => {
    for (const [viewer, missed] of open) {
      open.set(viewer, viewer.writableNeedDrain ? missed + 1 : 0)
      if (!viewer.writableNeedDrain) {
        viewer.write(text)
      } else if (missed >= limits.missed) {
        dropped += 1
        viewer.destroy()
        leave(viewer)
      }
    }
    heartbeat?.refresh()
  }
  const sendEvent = (name: string, data: unknown) => {
    last = `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
    send(last)
  }
  const start = () => {
    heartbeat = setInterval(() => send(':\n\n'), limits.heartbeatMs).unref()
    stopPoll = poll.watch({
      value: snapshot => sendEvent('snapshot', snapshot),
      error: error => sendEvent('problem', { message: problemOf(error) }),
    })
  }

  return {
    open(viewer) {
      if (open.size >= limits.viewers) return false
      viewer.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        // nginx and what is built on it would hold events back.
        'x-accel-buffering': 'no',
      })
      viewer.write(`retry: ${limits.retryMs}\n\n${last ?? ''}`)
      viewer.once('close', () => leave(viewer))
      viewer.once('error', () => leave(viewer))
      open.set(viewer, 0)
      if (open.size === 1) start()
      return true
    },
    viewers: () => open.size,
    dropped: () => dropped,
    close() {
      for (const viewer of [...open.keys()]) {
        viewer.end()
        leave(viewer)
      }
    },
  }
}
