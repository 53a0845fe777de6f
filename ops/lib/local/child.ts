import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, type WriteStream } from 'node:fs'
import { join } from 'node:path'
import { exitConfig } from './engine.ts'
import { type ProcessSpec } from './stack.ts'

/** Back-off of restarts, in ms: doubled from the first to the last, back to the first after a minute of life. */
const backOff = { first: 500, last: 15_000, resetAfter: 60_000 }

/** What is known of a process now. */
export type ChildState = {
  state: 'waiting' | 'starting' | 'ready' | 'not ready' | 'restarting' | 'done' | 'failed' | 'stopping' | 'stopped'
  pid?: number
  startedAt?: number
  restarts: number
  /** Why it isn't ready, or what it said last before it died. */
  reason?: string
  detail: Record<string, unknown>
  health?: string
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
  let now: ChildState = { state: 'waiting', restarts: 0, detail: {} }
  let running: ChildProcess | undefined
  let timer: NodeJS.Timeout | undefined
  let delay = backOff.first
  let lastLine = ''
  let log: WriteStream | undefined
  const is = (change: Partial<ChildState>) => {
    const before = `${now.state} ${now.reason} ${now.pid} ${now.health}`
    now = { ...now, ...change }
    if (`${now.state} ${now.reason} ${now.pid} ${now.health}` !== before) onChange(child)
  }
  const isStopping = () => now.state === 'stopping' || now.state === 'stopped'

  const start = () => {
    log ??= createWriteStream(join(logDir, `${spec.name}.log`), { flags: 'a' })
    // A full disk must not end the supervisor; what it runs says so itself.
    log.on('error', () => {})
    // A group of its own: Ctrl-C reaches the supervisor alone, and a kill takes what the process started too.
    const started = spawn(process.execPath, ['--disable-warning=TimeoutNegativeWarning', spec.script, ...spec.args], {
      env: { ...process.env, ...spec.env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    })
    running = started
    lastLine = ''
    const startedAt = Date.now()
    is({ state: 'starting', reason: undefined, pid: started.pid, startedAt, health: undefined, detail: {} })
    for (const stream of [started.stdout, started.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        log?.write(chunk)
        lastLine = chunk.toString('utf8').trimEnd().split('\n').at(-1) || lastLine
      })
    }
    started.on('message', (message: { type?: string; health?: string } & Record<string, unknown>) => {
      if (message.type === 'listening' && message.health) is({ health: message.health })
      if (message.type === 'state') hear(message)
    })
    started.on('error', error => is({ reason: error.message }))
    started.on('exit', (code, signal) => {
      if (running !== started) return
      running = undefined
      if (isStopping()) return is({ state: 'stopped', pid: undefined, health: undefined })
      if (spec.oneShot && code === 0) return is({ state: 'done', pid: undefined })
      const reason = `${signal ?? `exit code ${code}`}${lastLine ? `: ${sayLine(lastLine)}` : ''}`
      if (code === exitConfig) return is({ state: 'failed', reason, pid: undefined, health: undefined })
      if (Date.now() - startedAt > backOff.resetAfter) delay = backOff.first
      is({ state: 'restarting', reason, pid: undefined, health: undefined, restarts: now.restarts + 1 })
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
    try {
      if (running?.pid) process.kill(-running.pid, 'SIGKILL')
    } catch {
      // Gone already.
    }
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
          is({ state: now.state === 'failed' ? 'failed' : 'stopped', pid: undefined })
          resolve()
          return
        }
        is({ state: 'stopping' })
        const late = setTimeout(kill, spec.stopMs)
        ending.on('exit', () => {
          clearTimeout(late)
          resolve()
        })
        ending.kill('SIGTERM')
      }),
    probe: async () => {
      const { health, pid } = now
      if (!health) return
      try {
        const response = await fetch(`${health}/readyz`, { signal: AbortSignal.timeout(2_000) })
        const said = await response.json()
        if (now.pid === pid) hear(said)
      } catch {
        if (now.pid === pid && !isStopping()) is({ state: 'not ready', reason: 'its health server does not answer' })
      }
    },
  }
  return child
}

/** The message of a structured log line, or the line itself. */
function sayLine(line: string): string {
  try {
    const said = JSON.parse(line)
    return String(said.err?.message ?? said.msg ?? line).slice(0, 300)
  } catch {
    return line.slice(0, 300)
  }
}
