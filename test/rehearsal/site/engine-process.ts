import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type EngineState, runEngine } from '../../../ops/lib/local/engine.ts'

/** How long an engine may take to its first answer, in ms: moto's first start installs it. */
const startMs = 300_000

/** An engine as a process of its own: when a rehearsal is killed it hears so, and stops. */
export type EngineProcess = {
  /** What it said of itself when it was up. */
  detail: Readonly<Record<string, unknown>>
  /** Stops and continues it, say: `SIGSTOP` makes it hang. */
  signal(name: NodeJS.Signals): void
  /** Ends it in order. */
  stop(): Promise<void>
}

/** Starts a script that ends in `runEngine`. @throws Error with the last it said, when it doesn't come up. */
export async function startEngine(script: string, args: readonly string[]): Promise<EngineProcess> {
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // A Ctrl-C in the terminal is for the rehearsal, which stops it in order.
    detached: true,
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', data => (said = `${said}${data}`.slice(-4_000)))
  const ended = once(child, 'exit')
  const up = new Promise<EngineState>(settle => {
    child.on('message', (message: EngineState) => message.ready && settle(message))
  })
  const late = AbortSignal.timeout(startMs)
  const given = new Promise<void>(settle => late.addEventListener('abort', () => settle()))
  const state = await Promise.race([up, ended.then(() => undefined), given])
  if (!state) {
    child.kill('SIGKILL')
    throw new Error(`${script} ${args.join(' ')} didn't come up: ${said.trim()}`)
  }
  return {
    detail: state.detail ?? {},
    signal: name => void child.kill(name),
    stop: async () => {
      child.kill('SIGCONT')
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** What an engine's script ends in: it is up, says `detail`, and stops with its rehearsal. */
export async function serveEngine(
  start: () => Promise<{ detail: Record<string, unknown>; stop(): Promise<void> }>,
): Promise<void> {
  await runEngine(async () => {
    const { detail, stop } = await start()
    return { state: () => ({ ready: true, detail }), stop }
  }, [])
}
