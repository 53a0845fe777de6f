import { createLogUpdate } from 'log-update'
import { elapsed } from '../cloud/elapsed.ts'
import { visible } from '../cloud/fact-text.ts'
import { type Meant, naming } from './target-flags.ts'

/** Shows a deploy's stages, one after another, with the time each takes. */
export type Stages = {
  /** Runs a stage; what it says while it runs stands beside its title. */
  run<T>(title: string, stage: (say: (what: string) => void) => Promise<T>): Promise<T>
  /** A line between stages. */
  note(line: string): void
  close(): void
}

/** How often the live line is drawn, in ms, and how often a plain log may repeat what a stage says. */
const drawMs = 250
const silentMs = 10_000

/**
 * A live line on a terminal; plain lines elsewhere: what begins, what it waits for, what is done.
 * @param meant the flags of this command: commands in a note mean the same stack.
 */
export function showStages(
  out: NodeJS.WritableStream & { isTTY?: boolean; columns?: number },
  meant: Meant,
  now = Date.now,
): Stages {
  const log = out.isTTY ? createLogUpdate(out as NodeJS.WriteStream, { showCursor: true }) : undefined
  const print = (line: string) => (log ? log.persist(line) : out.write(`${line}\n`))
  let current: { title: string; since: number; says: string; saidAt: number } | undefined
  const draw = () => {
    if (!log) return
    const width = Math.max(20, (out.columns ?? 80) - 1)
    log(current ? lineOf(current, now()).slice(0, width) : '')
  }
  const timer = setInterval(draw, drawMs)
  timer.unref()

  return {
    run: async (title, stage) => {
      const mine = { title, since: now(), says: '', saidAt: now() }
      current = mine
      if (!log) print(`  ${title}`)
      const say = (what: string) => {
        mine.says = visible(what)
        if (log || now() - mine.saidAt < silentMs) return
        mine.saidAt = now()
        print(lineOf(mine, now()))
      }
      try {
        const result = await stage(say)
        print(`✓ ${title} (${elapsed(now() - mine.since)})`)
        return result
      } catch (error) {
        print(`✗ ${title} (${elapsed(now() - mine.since)})`)
        throw error
      } finally {
        current = undefined
        draw()
      }
    },
    note: line => print(naming(line, meant)),
    close: () => {
      clearInterval(timer)
      log?.clear()
      log?.done()
    },
  }
}

function lineOf({ title, since, says }: { title: string; since: number; says: string }, now: number): string {
  return `  ${title} (${elapsed(now - since)})${says ? `: ${says}` : ''}`
}
