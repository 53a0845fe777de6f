import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Source } from '../../../runtime/src/contract.ts'
import { UserError } from '../script.ts'
import { commandOf, waitUntilGone } from './alive.ts'
import { holdAnyPort, holdPorts } from './ports.ts'
import { type Run, readRun, writeRun } from './run-file.ts'
import { createScreen } from './screen.ts'
import { chooseSource } from './source-choice.ts'
import { localDatabase, type ProcessSpec, serviceNames, stackProcesses } from './stack.ts'
import { lockState, openStateDir, type StateDir } from './state-dir.ts'
import { createSupervisor, type Supervisor } from './supervisor.ts'

/** How long the processes of a killed run may take to end by themselves, in ms: their own drain and a little. */
const leftBehindMs = 10_000

/** A signal within this time of the first is the same keystroke, in ms. */
const sameSignalMs = 1_000

/** What `npm start` was asked for. */
export type LocalOptions = {
  root: string
  source: Source | undefined
  file: string | undefined
  rate: number | undefined
  seed: string
  events: number | undefined
  faults: readonly string[]
  workers: number
  ports: { dashboard: number; kafka: number; postgres: number }
}

/** The simulator's seed unless another is given. */
export const defaultSeed = 'wikiflow'

const labels = { live: 'LIVE', simulate: 'SIMULATED', replay: 'REPLAY' } as const

/**
 * Runs the local stack until it is told to stop (SIGINT, SIGTERM, SIGHUP), or a process can't be started.
 * @throws UserError for what a person must mend: a taken port, a folder that can't be written, a missing contact.
 */
export async function runLocal(options: LocalOptions): Promise<void> {
  const { root, ports } = options
  const unlock = lockState(root)
  try {
    await endLeftBehind(root)
    // Compiled code kept over starts: a service is up in half the time.
    process.env.NODE_COMPILE_CACHE ??= join(root, 'compile-cache')
    const choice = await chooseSource(options.source, process.env.WIKIFLOW_CONTACT)
    const state = openStateDir(root, stateName(choice.source, options))
    const { kafka: broker, postgres, dashboard } = await holdPorts(ports)
    const held = new Map([
      ['broker', [broker]],
      ['postgres', [postgres]],
      ['dashboard', [dashboard]],
    ])
    const another = async (name: string) => {
      const more = await holdAnyPort()
      held.set(name, [...(held.get(name) ?? []), more])
      return more.port
    }
    const sourcePort = await another('source')
    const healthPorts: Record<string, number> = {}
    for (const name of serviceNames(options.workers)) healthPorts[name] = await another(name)
    const specs = stackProcesses(
      {
        source: choice.source,
        seed: options.seed,
        faults: options.faults,
        workers: options.workers,
        ports: { ...ports, source: sourcePort },
        healthPorts,
        ...(options.file !== undefined && { file: options.file }),
        ...(options.events !== undefined && { events: options.events }),
        ...(options.rate !== undefined && { rate: options.rate }),
        ...(process.env.LAKE_ROTATE_S && { lakeRotateS: process.env.LAKE_ROTATE_S }),
      },
      state,
    )
    const run: Run = {
      ...describeRun(choice.source, state, ports, sourcePort),
      workers: options.workers,
      lakeRotateS: rotateOf(specs),
      ...(options.events !== undefined && { sourceEvents: options.events }),
    }
    let written = ''
    const supervisor = createSupervisor(specs, state.logs, child => {
      screen.changed(child)
      // It was started a moment ago, and listens in some more.
      if (child.current().state === 'starting')
        held.get(child.spec.name)?.forEach(({ release }) => void release())
      const processes = runningProcesses(supervisor)
      if (JSON.stringify(processes) === written) return
      written = JSON.stringify(processes)
      try {
        writeRun(root, { ...run, processes })
      } catch (error) {
        // A disk that fills up is the engines' to tell; what runs goes on running.
        screen.say(`run.json is out of date: ${error instanceof Error ? error.message : error}`)
      }
    })
    const screen = createScreen(
      process.stdout,
      {
        source: labels[choice.source],
        because: choice.because,
        dashboard: run.dashboardUrl,
        kafka: run.kafka,
        postgres: `127.0.0.1:${ports.postgres}`,
        stateDir: state.path,
      },
      () => supervisor.children,
    )
    const told = stopSignal(supervisor)
    void supervisor.start().then(ready => {
      if (ready) screen.say(`ready: open ${run.dashboardUrl} — Ctrl-C stops everything`)
    })
    const failed = await Promise.race([told, supervisor.failed])
    screen.say(failed ? 'stopping, since a process can not start …' : 'stopping in order …')
    await supervisor.stop()
    screen.close()
    if (failed) throw new UserError(`${failed.spec.name} can't start: ${failed.current().reason}`)
    console.log('stopped, nothing lost; `npm start` goes on where it stopped')
  } finally {
    unlock()
  }
}

/** Each source has a folder of its own; each replayed file and each seed too, so that their cursors never meet. */
function stateName(source: Source, { file, seed }: Pick<LocalOptions, 'file' | 'seed'>): string {
  const hashed = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 12)
  if (source === 'replay') return `replay-${hashed(file ?? '')}`
  return source === 'live' || seed === defaultSeed ? source : `${source}-${hashed(seed)}`
}

/** What the lake's service is told or, left alone, finds in the environment; 300 is its own default. */
function rotateOf(specs: readonly ProcessSpec[]): number {
  const told = specs.find(({ name }) => name === 'lake')?.env.LAKE_ROTATE_S
  return Number(told ?? (process.env.LAKE_ROTATE_S || '300'))
}

function describeRun(
  source: Source,
  state: StateDir,
  ports: LocalOptions['ports'],
  sourcePort: number,
): Omit<Run, 'workers' | 'lakeRotateS'> {
  return {
    source,
    stateDir: state.path,
    kafka: `127.0.0.1:${ports.kafka}`,
    postgres: { host: '127.0.0.1', port: ports.postgres, database: localDatabase },
    passwordFiles: state.passwordFiles,
    lakeUrl: pathToFileURL(state.lake).href,
    ...(source !== 'live' && { sourceTallyUrl: `http://127.0.0.1:${sourcePort}/tally` }),
    dashboardUrl: `http://127.0.0.1:${ports.dashboard}`,
    pid: process.pid,
    processes: {},
  }
}

function runningProcesses(supervisor: Supervisor): Run['processes'] {
  const running: Run['processes'] = {}
  for (const { spec, current } of supervisor.children) {
    const { pid, health } = current()
    if (pid) running[spec.name] = { pid, ...(health && { health }) }
  }
  return running
}

/**
 * Resolves at the first signal to stop; a second one kills everything. One Ctrl-C comes twice: the terminal sends it
 * to the whole group, and npm passes it on.
 */
function stopSignal(supervisor: Supervisor): Promise<undefined> {
  return new Promise(resolve => {
    let toldAt: number | undefined
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (toldAt === undefined) {
          toldAt = Date.now()
          resolve(undefined)
        } else if (Date.now() - toldAt > sameSignalMs) {
          supervisor.kill()
          process.exit(130)
        }
      })
    }
  })
}

/** Processes of a run whose supervisor was killed end by themselves; what does not is killed. */
async function endLeftBehind(root: string): Promise<void> {
  const processes = Object.values(readRun(root)?.processes ?? {})
  const ours = processes.map(({ pid }) => pid).filter(pid => /-?main\.ts/.test(commandOf(pid)))
  if (ours.length === 0 || (await waitUntilGone(ours, 500))) return
  console.log(`waiting for ${ours.length} processes of the last run to end …`)
  if (await waitUntilGone(ours, leftBehindMs)) return
  for (const pid of ours) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // Gone by now.
    }
  }
  await waitUntilGone(ours, 2_000)
}
