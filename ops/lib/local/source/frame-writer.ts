import { type ServerResponse } from 'node:http'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'

/** After a cut, a client that doesn't read gets so many ms until the socket is closed under it. */
const lingerMs = 1_000

/** So many frames are written before other connections get their turn. */
const framesPerTurn = 32

/** Writes to a response no faster than its reader reads. */
export type FrameWriter = {
  /** Aborted when the connection ends, whoever ended it. */
  signal: AbortSignal
  /** Hands all of the bytes to the socket; false when the connection has ended. Await `ready` before the next. */
  put(bytes: Uint8Array): boolean
  /** True while the reader is slower than the writer. */
  isFull(): boolean
  /** Waits until the socket takes more. */
  ready(): Promise<void>
  /** Hands over the bytes one at a time, each in a chunk of its own; false when the connection ended on the way. */
  trickle(bytes: Uint8Array, bytesPerSecond: number): Promise<boolean>
  /** Waits so many ms, or until the connection ends. */
  pause(ms: number): Promise<void>
  /** Ends the connection as a proxy does, without the last chunk of the response; what was written gets through. */
  cut(): void
}

/** A writer for a response whose head has been written. `stop` ends it as well. */
export function frameWriter(response: ServerResponse, stop: AbortSignal): FrameWriter {
  const ended = new AbortController()
  const end = () => ended.abort()
  const { signal } = ended
  response.once('close', end)
  // A reset is the client's right; 'close' follows it.
  response.on('error', () => {})
  stop.addEventListener('abort', end, { signal })
  if (response.destroyed || stop.aborted) end()
  let frames = 0

  const drained = () =>
    new Promise<void>(resolve => {
      if (signal.aborted) return resolve()
      const done = () => {
        response.off('drain', done)
        signal.removeEventListener('abort', done)
        resolve()
      }
      response.on('drain', done)
      signal.addEventListener('abort', done)
    })
  const pause = (ms: number) => sleep(ms, undefined, { signal }).catch(() => {})
  const ready = async () => {
    if (response.writableNeedDrain) await drained()
    else if (++frames % framesPerTurn === 0) await nextTurn()
  }
  const put = (bytes: Uint8Array) => {
    if (signal.aborted) return false
    response.write(bytes)
    return true
  }

  return {
    signal,
    put,
    isFull: () => response.writableNeedDrain,
    ready,
    pause,
    async trickle(bytes, bytesPerSecond) {
      const beganMs = performance.now()
      for (let i = 0; i < bytes.length; i++) {
        if (!put(bytes.subarray(i, i + 1))) return false
        const aheadMs = ((i + 1) * 1000) / bytesPerSecond - (performance.now() - beganMs)
        if (aheadMs >= 1) await pause(aheadMs)
        else await nextTurn()
        if (response.writableNeedDrain) await drained()
      }
      return !signal.aborted
    },
    cut() {
      end()
      const { socket } = response
      // Node gathers the writes of a turn: ended in the same one, the socket would not get them.
      setImmediate(() => socket?.end())
      setTimeout(() => socket?.destroy(), lingerMs).unref()
    },
  }
}
