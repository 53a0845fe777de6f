import { byTime, type LogLine } from './line.ts'

/** How long a line waits for an older one of another container, in ms. */
const holdMs = 500

/**
 * Puts lines of several streams into the order of their times while they come: each is held back a little, for what is
 * older may still be on its way. One that comes later than that stands where it came.
 */
export function inOrder(print: (line: LogLine) => void): { push(line: LogLine): void; close(): void } {
  let held: { line: LogLine; at: number }[] = []
  const release = (until: number) => {
    // The last that has waited long enough, and all that is older than it.
    const last = held
      .filter(({ at }) => at <= until)
      .sort((a, b) => byTime(a.line, b.line))
      .at(-1)
    if (!last) return
    const due = held.filter(({ line }) => byTime(line, last.line) <= 0)
    held = held.filter(({ line }) => byTime(line, last.line) > 0)
    for (const { line } of due.sort((a, b) => byTime(a.line, b.line))) print(line)
  }
  const timer = setInterval(() => release(Date.now() - holdMs), holdMs / 5)
  return {
    push: line => {
      held.push({ line, at: Date.now() })
    },
    close: () => {
      clearInterval(timer)
      release(Number.POSITIVE_INFINITY)
    },
  }
}
