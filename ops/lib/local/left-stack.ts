import { basename, dirname } from 'node:path'
import getPort from 'get-port'
import { auditLocal } from '../audit/local.ts'
import { type AuditSummary } from '../audit/summary.ts'
import { UserError } from '../script.ts'
import { type Run, readRun, writeRun } from './run-file.ts'
import { type ProcessSpec, stackProcesses } from './stack.ts'
import { openStateDir } from './state-dir.ts'
import { createSupervisor } from './supervisor.ts'

/** The processes that hold what is left: without the others, nothing of it changes. */
const engines = ['broker', 'postgres']

/** How long they may take to answer, in ms; seen: 2,000. */
const startMs = 60_000

/**
 * Audits the books of a local stack that has stopped: its log and its database are started for it, on free ports, and
 * stopped again.
 * @param root the folder that was its `--state`.
 * @returns undefined where none has run.
 * @throws UserError when they can't be started, or it can't tell.
 */
export async function auditLeft(root: string): Promise<AuditSummary | undefined> {
  const run = readRun(root)
  if (!run || dirname(run.stateDir) !== root) return undefined
  const ports = { kafka: await getPort(), postgres: await getPort() }
  const { logs } = openStateDir(root, basename(run.stateDir))
  const supervisor = createSupervisor(enginesOf(run, ports), logs, () => {})
  const late = AbortSignal.timeout(startMs)
  try {
    const lateness = new Promise<never>((_, reject) => {
      late.onabort = () => reject(new UserError(`the log and the database in ${root} didn't start in time`))
    })
    const failed = await Promise.race([supervisor.start(), supervisor.failed, lateness])
    if (typeof failed === 'object') {
      throw new UserError(`${failed.spec.name} can't start in ${root}: ${failed.current().reason}`)
    }
    const { kafka, postgres } = ports
    writeRun(root, {
      ...{
        ...run,
        kafka: `127.0.0.1:${kafka}`,
        postgres: { ...run.postgres, port: postgres },
        processes: {},
      },
    })
    return await auditLocal(root, 'books')
  } finally {
    late.onabort = null
    await supervisor.stop()
  }
}

function enginesOf({ source, stateDir }: Run, ports: { kafka: number; postgres: number }): ProcessSpec[] {
  const specs = stackProcesses(
    {
      ...{ source, seed: '', faults: [], workers: 0, healthPorts: {} },
      ports: { ...ports, dashboard: 0, source: 0 },
    },
    openStateDir(dirname(stateDir), basename(stateDir)),
  )
  return specs.filter(({ name }) => engines.includes(name))
}
