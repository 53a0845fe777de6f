import Table from 'cli-table3'
import { createLogUpdate } from 'log-update'
import { chalk } from 'zx'
import { type Child, type ChildState } from './child.ts'
import { describe } from './describe.ts'

/** What the screen says about the whole. */
export type Headline = {
  /** `LIVE`, `SIMULATED` or `REPLAY`. */
  source: string
  because?: string | undefined
  dashboard: string
  kafka: string
  postgres: string
  stateDir: string
}

/** Where the states of the processes are shown. */
export type Screen = { changed(child: Child): void; say(line: string): void; close(): void }

/** How often the live table is drawn, and a plain summary line printed, in ms. */
const drawMs = 500
const summaryMs = 10_000

/** A live table on a terminal, plain lines elsewhere. */
export function createScreen(
  out: NodeJS.WriteStream,
  headline: Headline,
  children: () => readonly Child[],
): Screen {
  return out.isTTY ? liveScreen(out, headline, children) : plainScreen(out, headline, children)
}

function liveScreen(out: NodeJS.WriteStream, headline: Headline, children: () => readonly Child[]): Screen {
  const log = createLogUpdate(out, { showCursor: true })
  const said: string[] = []
  const draw = () => {
    const parts = [
      ...headlineLines(headline),
      '',
      renderTable(children(), Date.now(), out.columns ?? 100),
      ...said.slice(-4),
    ]
    log(parts.join('\n'))
  }
  const timer = setInterval(draw, drawMs)
  return {
    changed: () => {},
    say: line => {
      said.push(line)
      draw()
    },
    close: () => {
      clearInterval(timer)
      draw()
      log.done()
    },
  }
}

function plainScreen(out: NodeJS.WriteStream, headline: Headline, children: () => readonly Child[]): Screen {
  const write = (line: string) => out.write(`${line}\n`)
  const said = new Map<Child, string>()
  for (const line of headlineLines(headline)) write(line)
  const timer = setInterval(() => {
    write(`${new Date().toISOString().slice(11, 19)} UTC`)
    for (const child of children()) {
      const state = child.current()
      if (state.state !== 'done') write(`  ${child.spec.name.padEnd(10)} ${summarize(state)}`)
    }
  }, summaryMs)
  return {
    changed: child => {
      const { state } = child.current()
      if (said.get(child) === state) return
      said.set(child, state)
      write(`${child.spec.name}: ${summarize(child.current())}`)
    },
    say: write,
    close: () => clearInterval(timer),
  }
}

/** A process and its state, in a plain line of a change or of the summary. */
const stateLine =
  /^ *([a-z][\w-]*):? +((?:ready|done|starting|not ready|restarting|failed|stopping|stopped)\b.*)$/gm

/** The last word, in the plain lines of a screen, on each process that isn't ready; empty when all are. */
export function unreadyIn(plainLines: string): string {
  const last = new Map([...plainLines.matchAll(stateLine)].map(([, name, state = '']) => [name, state]))
  return [...last]
    .filter(([, state]) => !/^(ready|done)\b/.test(state))
    .map(([name, state]) => `${name} ${state}`)
    .join('; ')
}

function headlineLines(headline: Headline): string[] {
  const badge = headline.source === 'LIVE' ? chalk.bgGreen.black : chalk.bgYellow.black
  return [
    `${chalk.bold('wikiflow')} ${badge(` ${headline.source} `)} dashboard ${chalk.cyan(headline.dashboard)}`,
    ...(headline.because ? [chalk.yellow(`not live: ${headline.because}`)] : []),
    chalk.dim(`kafka ${headline.kafka}  postgres ${headline.postgres}  data ${headline.stateDir}`),
  ]
}

/** The processes as a table of `width` columns; pure, `now` in ms since the epoch. */
function renderTable(children: readonly Child[], now: number, width: number): string {
  const table = new Table({
    head: ['process', 'state', 'up', 'restarts', 'now'],
    chars: borderless,
    style: { head: ['gray'], border: [], 'padding-left': 0, 'padding-right': 2 },
    colAligns: ['left', 'left', 'right', 'right', 'left'],
    colWidths: [12, 13, 10, 10, Math.max(20, width - 46)],
    wordWrap: false,
  })
  for (const child of children) {
    const state = child.current()
    const doing = state.reason ?? describe(state.detail) ?? child.spec.role
    table.push([
      child.spec.name,
      colour(state)(state.state),
      state.startedAt ? duration(now - state.startedAt) : '',
      state.restarts,
      doing.replaceAll('\n', ' '),
    ])
  }
  return table.toString()
}

const borderless = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
    'middle',
  ].map(name => [name, '']),
)

function colour(state: ChildState) {
  if (state.state === 'ready' || state.state === 'done') return chalk.green
  return state.state === 'failed' || state.state === 'restarting' ? chalk.red : chalk.yellow
}

function summarize({ state, reason, restarts, detail }: ChildState): string {
  const times = restarts > 0 ? `, restarted ${restarts} times` : ''
  const more = reason ?? describe(detail)
  return `${state}${times}${more ? `: ${more}` : ''}`
}

/** `42s`, `3m 05s`, `2h 10m`. */
function duration(ms: number): string {
  const s = Math.floor(ms / 1_000)
  if (s < 60) return `${s}s`
  const two = (n: number) => String(n).padStart(2, '0')
  return s < 3_600
    ? `${Math.floor(s / 60)}m ${two(s % 60)}s`
    : `${Math.floor(s / 3_600)}h ${two(Math.floor(s / 60) % 60)}m`
}
