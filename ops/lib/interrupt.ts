import { UserError } from './script.ts'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** What a write to a reader that has gone fails with: of a pipe, and of a terminal. */
const readerGone: readonly unknown[] = ['EPIPE', 'EIO']

/** A person ended it. */
export class Interrupted extends UserError {
  override name = 'Interrupted'
}

/**
 * Does work that Ctrl-C, `kill` and a closed terminal end by aborting a signal, instead of ending this process: so that
 * nothing stays behind on a host. A second one is as usual, but for a closed terminal, of which both shell and kernel may
 * tell. A reader of the output that goes away, as `head` does, ends it as well.
 * @throws what the work throws, which on an abort is mostly an `Interrupted`.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interrupted = new AbortController()
  const onSignal = (name?: NodeJS.Signals) => {
    if (name !== undefined && name !== 'SIGHUP') process.off(name, onSignal)
    interrupted.abort(new Interrupted('interrupted'))
  }
  for (const name of signals) process.on(name, onSignal)
  for (const stream of [process.stdout, process.stderr]) stream.on('error', onReaderGone(onSignal))
  try {
    return await work(interrupted.signal)
  } finally {
    for (const name of signals) process.off(name, onSignal)
  }
}

function onReaderGone(stop: () => void): (error: NodeJS.ErrnoException) => void {
  return error => {
    if (!readerGone.includes(error.code)) throw error
    stop()
  }
}
