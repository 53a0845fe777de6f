import { createLogUpdate } from 'log-update'
import { type StepEvent } from './apply.ts'
import { elapsed } from './elapsed.ts'
import { visible } from './fact-text.ts'
import { type Action, type Step } from './plan.ts'

/** Shows what becomes of a plan's steps while it is carried out. */
export type Progress = { event(event: StepEvent): void; close(): void }

/** How often the live lines are drawn, in ms, and how long a plain log may be silent about a step. */
const drawMs = 500
const silentMs = 30_000

const doing: Record<Action, string> = {
  create: 'creating',
  adopt: 'taking over',
  change: 'changing',
  replace: 'making anew',
  delete: 'deleting',
  same: 'checking',
}
const done: Record<Action, string> = {
  create: 'created',
  adopt: 'taken over',
  change: 'changed',
  replace: 'made anew',
  delete: 'deleted',
  same: 'checked',
}

/** Live lines with the time each step takes on a terminal; plain lines elsewhere. */
export function createProgress(
  out: NodeJS.WritableStream & { isTTY?: boolean; columns?: number },
  now = Date.now,
): Progress {
  const running = new Map<Step, { since: number; saidAt: number; says?: string }>()
  const log = out.isTTY ? createLogUpdate(out as NodeJS.WriteStream, { showCursor: true }) : undefined
  const print = (line: string) => (log ? log.persist(line) : out.write(`${line}\n`))

  const draw = () => log?.([...running].map(([step, state]) => runningLine(step, state, now())).join('\n'))
  const tick = () => {
    if (log) return draw()
    for (const [step, state] of running) {
      if (now() - state.saidAt < silentMs) continue
      state.saidAt = now()
      print(runningLine(step, state, now()))
    }
  }
  const timer = setInterval(tick, log ? drawMs : 1_000)

  return {
    event: event => {
      const { step, state } = event
      const started = running.get(step)
      if (state === 'begun') {
        running.set(step, { since: now(), saidAt: now() })
        if (!log) print(`${nameOf(step)}: ${doing[step.action]}`)
      } else if (state === 'waiting') {
        if (started) started.says = visible(event.for)
      } else {
        running.delete(step)
        print(endLine(event, started ? now() - started.since : 0))
      }
      draw()
    },
    close: () => {
      clearInterval(timer)
      log?.clear()
      log?.done()
    },
  }
}

function runningLine(step: Step, { since, says }: { since: number; says?: string }, now: number): string {
  return `  ${nameOf(step)}: ${doing[step.action]} (${elapsed(now - since)})${says ? `: ${says}` : ''}`
}

function endLine({ step, state }: StepEvent, ms: number): string {
  const name = nameOf(step)
  if (state === 'skipped') return `- ${name}: not begun`
  if (state === 'failed') return `✗ ${name}: failed after ${elapsed(ms)}`
  return `✓ ${name}: ${done[step.action]} in ${elapsed(ms)}`
}

function nameOf({ part }: Step): string {
  return visible(`${part.title} ${part.name}`)
}
