import { UserError } from './script.ts'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** A person ended it. */
export class Interrupted extends UserError {
  override name = 'Interrupted'
}

/**
 * Does work that Ctrl-C, `kill` and a closed terminal end by aborting a signal, instead of ending this process: so that
 * nothing stays behind on a host. A second one is as usual. So does a reader of the output that goes away, as `head` does.
 * @throws what the work throws, which on an abort is mostly an `Interrupted`.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interrupted = new AbortController()
  const onSignal = () => interrupted.abort(new Interrupted('interrupted'))
  for (const name of signals) process.once(name, onSignal)
  process.stdout.on('error', onReaderGone(onSignal))
  try {
    return await work(interrupted.signal)
  } finally {
    for (const name of signals) process.off(name, onSignal)
  }
}

function onReaderGone(stop: () => void): (error: NodeJS.ErrnoException) => void {
  return error => {
    if (error.code !== 'EPIPE') throw error
    stop()
  }
}
