import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { parseLakeKey } from '../../../../runtime/src/contract.ts'
import { auditLocal } from '../../audit/local.ts'
import { readSecret } from '../../cloud/secret-file.ts'
import { quote } from '../../host/quote.ts'
import { interruptible } from '../../interrupt.ts'
import { commandOf, isAlive, waitUntilGone } from '../../local/alive.ts'
import { type Run, readRun } from '../../local/run-file.ts'
import { serviceNames } from '../../local/stack.ts'
import { stateFolder, UserError } from '../../script.ts'
import { runCommand } from '../find-command.ts'
import { type Commands, type Pipeline, type Tasks, type Told, type Victim } from './pipeline.ts'
import { readView, type View, workersIn } from './view.ts'

/** How long the dashboard and the simulator may take to answer, in ms. */
const answerMs = 10_000

/** How long a killed process may take to be gone, in ms. */
const goneMs = 5_000

const tallySchema = z.object({ happened: z.number() })

/**
 * The stack that runs on this machine.
 * @param state the folder in which its data lies.
 * @throws UserError when none runs there.
 */
export function localPipeline(state: string): Pipeline {
  const run = runningIn(state)
  const look = async () => readView(await fetchText(new URL('/api/snapshot', run.dashboardUrl)))
  return {
    name: `the local stack (${run.source})`,
    workers: run.workers,
    rotateS: run.lakeRotateS,
    address: run.dashboardUrl,
    commands: commandsFor(state, run),
    look,
    page: () => fetchText(new URL('/', run.dashboardUrl)),
    tasks: async () => tasksOf(runningIn(state)),
    audit: depth => auditLocal(state, depth),
    readObject: async key => {
      if (!parseLakeKey(key)) throw new UserError(`${JSON.stringify(key)} is no name of the lake's objects`)
      return readFile(new URL(key, `${run.lakeUrl.replace(/\/$/, '')}/`))
    },
    isSourceOver: () => isOver(run),
    secrets: async () => {
      const read = Object.entries(run.passwordFiles).map(async ([role, path]) => {
        const value = await readSecret(path)
        return value === undefined ? [] : [{ name: `the ${role}'s password`, value }]
      })
      return (await Promise.all(read)).flat()
    },
    told: () => toldBy(runningIn(state)),
    victim: () => victimOf(state, look),
    alone: async (_action, work) => void (await interruptible(work)),
  }
}

function runningIn(state: string): Run {
  const run = readRun(state)
  if (run && isAlive(run.pid) && commandOf(run.pid).includes('start.ts')) return run
  throw new UserError(
    `no local stack runs in ${state}: start one with \`npm start\` and leave it running, or verify what is deployed with --deployed or --target FILE`,
  )
}

/** Ports of a stack that runs here, by what listens on them. @throws UserError when none runs. */
export function localPorts(state: string): Record<string, number> {
  const { dashboardUrl, kafka, postgres, sourceTallyUrl, processes } = runningIn(state)
  const urls = Object.entries(processes).map(
    ([name, { health }]) => [`the health of ${name}`, health] as const,
  )
  const all = [['the dashboard', dashboardUrl], ['the source', sourceTallyUrl], ...urls] as const
  return {
    'the broker': Number(kafka.split(':').at(-1)),
    PostgreSQL: postgres.port,
    ...Object.fromEntries(all.flatMap(([name, url]) => (url ? [[name, Number(new URL(url).port)]] : []))),
  }
}

async function fetchText(url: URL): Promise<string> {
  const where = `the dashboard at ${url.origin}`
  const response = await fetch(url, { signal: AbortSignal.timeout(answerMs) }).catch(error => {
    throw new UserError(`${where} doesn't answer: ${error instanceof Error ? causeOf(error) : error}`)
  })
  const text = await response.text()
  if (!response.ok) throw new UserError(`${where} answers ${response.status}: ${text.slice(0, 200)}`)
  return text
}

function causeOf({ message, cause }: Error): string {
  return cause instanceof Error ? cause.message || cause.name : message
}

function commandsFor(state: string, { stateDir }: Run): Commands {
  const flags = state === stateFolder ? '' : ` --state ${quote(state)}`
  const logNames: Record<string, string> = { worker: 'worker-*', batch: 'lake' }
  return {
    audit: `npx zx ops/audit.ts${flags}`,
    status: 'look at the terminal in which npm start runs',
    start: 'npm start',
    moreWorkers: 'stop it with Ctrl-C, then npm start -- --workers 6',
    logs: service => `tail -n 20 ${join(stateDir, 'logs', `${logNames[service] ?? service}.log`)}`,
  }
}

/** A process that is not in the file has ended, and is about to be started again. */
function tasksOf(run: Run): Tasks {
  const source = run.source === 'live' ? [] : ['source']
  const names = ['broker', 'postgres', ...source, ...serviceNames(run.workers)]
  return {
    release: undefined,
    places: [],
    uneven: 0,
    services: names.map(name => {
      const pid = run.processes[name]?.pid
      const running = pid !== undefined && isAlive(pid) ? 1 : 0
      return { name, running, wanted: 1, where: { 'this machine': running } }
    }),
  }
}

async function isOver({ source, sourceEvents, sourceTallyUrl }: Run): Promise<boolean> {
  // A file has an end, and nobody knows whether more will be written to it.
  if (source === 'replay') return true
  if (sourceEvents === undefined || sourceTallyUrl === undefined) return false
  const response = await fetch(sourceTallyUrl, { signal: AbortSignal.timeout(answerMs) })
  return tallySchema.parse(await response.json()).happened >= sourceEvents
}

/** Arguments and environment of each process, as `ps` shows them to this user. */
async function toldBy({ pid, processes }: Run): Promise<Told[]> {
  const all = { supervisor: { pid }, ...processes }
  return Promise.all(
    Object.entries(all).map(async ([name, { pid }]) => {
      const { stdout } = await runCommand('ps', ['eww', '-o', 'command=', '-p', String(pid)])
      return { where: `arguments and environment of ${name} (process ${pid})`, what: stdout }
    }),
  )
}

async function victimOf(state: string, look: () => Promise<View>): Promise<Victim> {
  const ready = workersIn(await look()).find(({ partitions }) => (partitions?.length ?? 0) > 0)
  const pid = ready && runningIn(state).processes[ready.name]?.pid
  if (!ready || pid === undefined)
    throw new UserError('no worker that has partitions runs: there is none to kill')
  return {
    name: `${ready.name} (process ${pid})`,
    partitions: ready.partitions ?? [],
    kill: async () => {
      process.kill(pid, 'SIGKILL')
      if (!(await waitUntilGone([pid], goneMs))) throw new UserError(`${ready.name} outlives SIGKILL`)
    },
  }
}
