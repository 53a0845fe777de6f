import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Readiness } from '../../runtime/src/platform/health.ts'

/** Compiled code is kept between processes: a start takes half the time. */
const compileCache = join(tmpdir(), 'wikiflow-compile-cache')

const runtime = fileURLToPath(new URL('../../runtime/src/', import.meta.url))

/** A service of ours, run as the process that production runs. */
export type ServiceProcess = {
  pid: number
  /** All it has logged so far. */
  output(): string
  /** What `/readyz` says; not ready while nothing listens. */
  readiness(): Promise<Readiness>
  metrics(): Promise<string>
  signal(name: NodeJS.Signals): void
  /** Its exit code, or the signal that ended it. */
  exited: Promise<number | NodeJS.Signals>
}

/** Starts `runtime/src/<name>/main.ts` with the given settings and nothing of the tests' own environment. */
export function startService(
  name: string,
  settings: Record<string, string | number | undefined>,
): ServiceProcess {
  const given = Object.entries(settings).filter(([, value]) => value !== undefined)
  const child: ChildProcess = spawn(process.execPath, [`${runtime}${name}/main.ts`], {
    env: {
      LOG_FORMAT: 'json',
      NODE_COMPILE_CACHE: compileCache,
      ...Object.fromEntries(given.map(([key, value]) => [key, String(value)])),
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', data => (output += data))
  const listening = new Promise<string>(resolve => {
    child.on('message', (message: { health?: string }) => {
      if (message.health) resolve(message.health)
    })
  })
  const exited = once(child, 'exit').then(([code, signal]) => code ?? signal)
  const get = async (path: string) => fetch(`${await Promise.race([listening, exited])}${path}`)
  return {
    pid: child.pid ?? 0,
    output: () => output,
    readiness: async () => {
      try {
        return (await (await get('/readyz')).json()) as Readiness
      } catch {
        return { ready: false, reason: 'not listening' }
      }
    },
    metrics: async () => (await get('/metrics')).text(),
    signal: name => child.kill(name),
    exited,
  }
}
