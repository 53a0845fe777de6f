import { createLogUpdate } from 'log-update'
import { type CheckEvent } from './run.ts'

/** What takes longer than this is told about, in ms. */
const quietMs = 2_000
/** How often a terminal's line is drawn anew, and how often a plain line says what is still waited for, in ms. */
const drawMs = 250
const plainMs = 10_000

/** Shows which checks still run. */
export type Progress = { on(event: CheckEvent): void; close(): void }

/**
 * Shows, from two seconds on, what is being looked at and for how long: one changing line on a terminal, a line
 * every ten seconds elsewhere.
 */
export function showProgress(out: NodeJS.WriteStream, titles: ReadonlyMap<string, string>): Progress {
  const running = new Map<string, { since: number; waiting: string | undefined }>()
  const log = out.isTTY ? createLogUpdate(out) : undefined
  const lines = (from: number) =>
    [...running].flatMap(([id, { since, waiting }]) => {
      const ms = Date.now() - since
      const what = `${titles.get(id) ?? id}${waiting ? `: ${waiting}` : ''}`
      return ms < from ? [] : [`… ${what} (${Math.floor(ms / 1_000)} s)`]
    })
  const draw = () => {
    const now = lines(quietMs)
    if (log) log(now.join('\n'))
    else if (now.length > 0) out.write(`${now.join('\n')}\n`)
  }
  // The first plain lines come as soon as a check is no longer quick.
  const first = log ? undefined : setTimeout(draw, quietMs + 500)
  const timer = setInterval(draw, log ? drawMs : plainMs)
  first?.unref()
  timer.unref()
  return {
    on: event => {
      if (event.state === 'begun') running.set(event.id, { since: Date.now(), waiting: undefined })
      const one = running.get(event.id)
      if (event.state === 'waiting' && one) one.waiting = event.for
      if (event.state === 'done') running.delete(event.id)
      // What is printed next must not stand behind the changing line.
      log?.clear()
    },
    close: () => {
      clearTimeout(first)
      clearInterval(timer)
      log?.clear()
      log?.done()
    },
  }
}
