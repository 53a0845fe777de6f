import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import getPort from 'get-port'
import { auditLocal } from '../audit/local.ts'
import { type AuditSummary } from '../audit/summary.ts'
import { interruptible } from '../interrupt.ts'
import { UserError } from '../script.ts'
import { commandOf, isAlive, waitUntilGone } from './alive.ts'
import { readRun } from './run-file.ts'
import { unreadyIn } from './screen.ts'

/** Seconds between the lake's files: a rehearsal waits for them. */
const lakeRotateS = '2'
/** How fast the simulator sends, in events a second. */
const rate = 1_000
/** How long the stack may take to stop before it is killed, in ms. */
const stopMs = 15_000
/** How often an audit is tried until all has arrived, in ms. */
const pollMs = 1_000

const script = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url))

/** What a rehearsal is to do. */
export type RehearsalOptions = {
  /** Its data lies in a folder of its own below this one, and is removed. */
  state: string
  /** Its data lies here instead, stays when all has arrived, and can be audited again: see `auditLeft`. */
  keep?: string
  /** Simulated events. */
  events: number
  /** How long it may take until all of them are in log, database and lake, in ms. */
  timeoutMs: number
  say(progress: string): void
}

/**
 * Starts a local stack of its own on free ports, sends it simulated events, audits it when all have arrived, and
 * takes it away again, whatever happens in between; interrupted, it ends this process with 130 after that.
 * @throws UserError when it doesn't start, or when not all arrives in time.
 */
export function rehearse(options: RehearsalOptions): Promise<AuditSummary> {
  return interruptible(async signal => {
    const interrupted = once(signal, 'abort').then(() => undefined)
    const folder = options.keep === undefined ? makeFolder(options.state) : await emptied(options.keep)
    const stack = await startStack(folder, options.events)
    const walk = async () => {
      options.say('starting a stack of its own')
      const late = AbortSignal.timeout(options.timeoutMs)
      await stack.ready(late)
      return arrived(folder, options, late)
    }
    let report: AuditSummary | undefined
    try {
      report = await Promise.race([walk(), interrupted])
    } finally {
      options.say('stopping it')
      await stopStack(stack.child)
      const keeps = report !== undefined && options.keep !== undefined
      if (!keeps) await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    }
    return report && !signal.aborted ? report : process.exit(130)
  })
}

/** A folder that the database's own user can enter, which one of the system's temporary folder isn't. */
function makeFolder(state: string): string {
  const prefix = 'rehearsal-'
  for (const name of existsSync(state) ? readdirSync(state) : []) {
    const isLeft = name.startsWith(prefix) && !isAlive(Number(name.slice(prefix.length)))
    if (isLeft) rmSync(join(state, name), { recursive: true, force: true })
  }
  const folder = join(state, `${prefix}${process.pid}`)
  mkdirSync(folder, { recursive: true })
  return folder
}

/** A folder that is kept, without what a killed rehearsal has left in it, running or not. */
async function emptied(folder: string): Promise<string> {
  const { pid = 0 } = readRun(folder) ?? {}
  if (pid && commandOf(pid).includes('start.ts')) {
    process.kill(pid, 'SIGTERM')
    await waitUntilGone([pid], stopMs)
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  mkdirSync(folder, { recursive: true })
  return folder
}

async function startStack(
  state: string,
  events: number,
): Promise<{ child: ChildProcess; ready(late: AbortSignal): Promise<void> }> {
  const flags = {
    source: 'simulate',
    events: String(events),
    rate: String(rate),
    state,
    'dashboard-port': String(await getPort()),
    'kafka-port': String(await getPort()),
    'postgres-port': String(await getPort()),
  }
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value])
  const child = spawn(process.execPath, [script('start.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LAKE_ROTATE_S: lakeRotateS },
  })
  let said = ''
  const { promise: isReady, resolve } = Promise.withResolvers<void>()
  for (const out of [child.stdout, child.stderr]) {
    out.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4_000)
      if (/^ready: /m.test(said)) resolve()
    })
  }
  const lastLine = () => said.trimEnd().split('\n').at(-1) || 'it said nothing'
  return {
    child,
    ready: async late => {
      const ended = once(child, 'exit', { signal: late }).then(
        () => new UserError(`the local stack ended by itself: ${lastLine()}`),
        () => new UserError(`the local stack was not ready in time: ${unreadyIn(said) || lastLine()}`),
      )
      const error = await Promise.race([isReady, ended])
      if (error) throw error
    },
  }
}

/** Audits until every event is counted and in the lake, or something is wrong. */
async function arrived(
  folder: string,
  { events, say }: RehearsalOptions,
  late: AbortSignal,
): Promise<AuditSummary> {
  while (true) {
    const report = await auditLocal(folder, 'books')
    const { totals, verdict } = report
    const isWhole = totals.records >= events && totals.lag === 0 && totals.lakeRows >= totals.records
    if (isWhole || verdict === 'not conserved') return report
    const where = `${totals.records} in the log, ${totals.events} counted, ${totals.lakeRows} in the lake`
    if (late.aborted) throw new UserError(`of ${events} simulated events not all arrived in time: ${where}`)
    say(`${where}, of ${events} events`)
    await sleep(pollMs)
  }
}

async function stopStack(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  const late = setTimeout(() => child.kill('SIGKILL'), stopMs)
  child.kill('SIGTERM')
  await ended
  clearTimeout(late)
}
