import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { exitConfig } from './engine.ts'
import { type ProcessSpec } from './stack.ts'

/** Back-off of restarts, in ms: doubled from the first to the last, back to the first after a minute of life. */
const backOff = { first: 500, last: 15_000, resetAfter: 60_000 }

/** kafkajs 2.2 asks for time-outs in the past, which Node warns of; harmless. */
export const nodeOptions = ['--disable-warning=TimeoutNegativeWarning']

/** Where Node keeps what it has compiled: a process that is started again takes half as long. */
const compiled = fileURLToPath(new URL('../../../node_modules/.cache/wikiflow', import.meta.url))

/** What is known of a process now. */
export type ChildState = {
  state:
    | 'waiting'
    | 'starting'
    | 'ready'
    | 'not ready'
    | 'restarting'
    | 'done'
    | 'failed'
    | 'stopping'
    | 'stopped'
  pid: number | undefined
  startedAt: number | undefined
  restarts: number
  /** Why it isn't ready, or what it said last before it died. */
  reason: string | undefined
  detail: Record<string, unknown>
  /** Address of its health server. */
  health: string | undefined
}

/** A supervised process: started again with back-off when it dies, its output in a log file. */
export type Child = {
  spec: ProcessSpec
  current(): ChildState
  start(): void
  /** Ends it: SIGTERM, then SIGKILL for it and what it started when it takes longer than its `stopMs`. */
  stop(): Promise<void>
  kill(): void
  /** Asks its health server, if it has one. */
  probe(): Promise<void>
}

/** Makes the child, not yet started. `onChange` is called whenever `current()` says something new. */
export function createChild(spec: ProcessSpec, logDir: string, onChange: (child: Child) => void): Child {
  const gone = { pid: undefined, startedAt: undefined, health: undefined, detail: {} }
  let now: ChildState = { ...gone, state: 'waiting', restarts: 0, reason: undefined }
  let running: ChildProcess | undefined
  let timer: NodeJS.Timeout | undefined
  let delay = backOff.first
  const logFile = join(logDir, `${spec.name}.log`)
  const is = (change: Partial<ChildState>) => {
    const before = `${now.state} ${now.reason} ${now.pid} ${now.health}`
    now = { ...now, ...change }
    if (`${now.state} ${now.reason} ${now.pid} ${now.health}` !== before) onChange(child)
  }
  const isStopping = () => now.state === 'stopping' || now.state === 'stopped'

  const start = () => {
    // Straight into the file: a pipe would break, and its writer with it, when the supervisor is killed.
    const log = openSync(logFile, 'a')
    // A group of its own: Ctrl-C reaches the supervisor alone, and a kill takes what the process started too.
    const started = spawn(process.execPath, [...nodeOptions, spec.script, ...spec.args], {
      env: { NODE_COMPILE_CACHE: compiled, ...process.env, ...spec.env },
      stdio: ['ignore', log, log, 'ipc'],
      detached: true,
    })
    closeSync(log)
    running = started
    const startedAt = Date.now()
    is({ ...gone, state: 'starting', reason: undefined, pid: started.pid, startedAt })
    started.on('message', (message: { type?: string; health?: string } & Record<string, unknown>) => {
      if (message.type === 'listening' && message.health) is({ health: message.health })
      if (message.type === 'state') hear(message)
    })
    started.on('error', error => is({ reason: error.message }))
    started.on('exit', (code, signal) => {
      if (running !== started) return
      running = undefined
      if (isStopping()) return is({ ...gone, state: 'stopped' })
      if (spec.oneShot && code === 0) return is({ ...gone, state: 'done' })
      const reason = `${signal ?? `exit code ${code}`}: ${lastLineOf(logFile)}`
      if (code === exitConfig) return is({ ...gone, state: 'failed', reason })
      if (Date.now() - startedAt > backOff.resetAfter) delay = backOff.first
      is({ ...gone, state: 'restarting', reason, restarts: now.restarts + 1 })
      timer = setTimeout(start, delay)
      delay = Math.min(delay * 2, backOff.last)
    })
  }
  const hear = (said: Record<string, unknown>) => {
    if (isStopping()) return
    is({
      state: said.ready ? 'ready' : now.state === 'starting' ? 'starting' : 'not ready',
      reason: typeof said.reason === 'string' ? said.reason : undefined,
      detail: (said.detail ?? {}) as Record<string, unknown>,
    })
  }
  const kill = () => {
    clearTimeout(timer)
    if (running) killAll(running)
  }
  const child: Child = {
    spec,
    current: () => now,
    start,
    kill,
    stop: () =>
      new Promise(resolve => {
        clearTimeout(timer)
        const ending = running
        if (!ending) {
          is({ ...gone, state: now.state === 'failed' ? 'failed' : 'stopped' })
          resolve()
          return
        }
        is({ state: 'stopping' })
        const late = setTimeout(kill, spec.stopMs)
        ending.on('exit', () => {
          clearTimeout(late)
          // What it had started ends with it: initdb, say, would write on into a folder that is to be removed.
          killAll(ending)
          resolve()
        })
        ending.kill('SIGTERM')
      }),
    probe: async () => {
      const { health, pid } = now
      if (!health) return
      try {
        const response = await fetch(`${health}/readyz`, { signal: AbortSignal.timeout(2_000) })
        const said = (await response.json()) as Record<string, unknown>
        if (now.pid === pid) hear(said)
      } catch {
        if (now.pid === pid && !isStopping())
          is({ state: 'not ready', reason: 'its health server does not answer' })
      }
    },
  }
  return child
}

/** Kills a process, and what it has started. */
function killAll({ pid }: ChildProcess): void {
  try {
    if (pid) process.kill(-pid, 'SIGKILL')
  } catch {
    // Gone already.
  }
}

/** What a process said last: the message of its last structured error, its last uncaught error, or its last line. */
function lastLineOf(logFile: string): string {
  const lines = tail(logFile).trimEnd().split('\n').toReversed().slice(0, 30)
  const errors = lines.map(errorIn).filter(error => error !== undefined)
  return (errors[0] ?? lines[0] ?? '').slice(0, 300) || `see ${logFile}`
}

function errorIn(line: string): string | undefined {
  const ofPostgres = /\b(?:FATAL|PANIC|ERROR): +(.*)/.exec(line)
  if (ofPostgres) return ofPostgres[1]
  if (/^\w*Error\b.*: /.test(line)) return line
  try {
    const said = JSON.parse(line)
    return said.level >= 50 ? String(said.err?.message ?? said.msg) : undefined
  } catch {
    return undefined
  }
}

function tail(file: string): string {
  const handle = openSync(file, 'r')
  try {
    const { size } = fstatSync(handle)
    const bytes = Buffer.alloc(Math.min(size, 8_192))
    readSync(handle, bytes, 0, bytes.length, size - bytes.length)
    return bytes.toString('utf8')
  } finally {
    closeSync(handle)
  }
}
