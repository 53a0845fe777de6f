import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { type Machine } from '../machines/machine.ts'
import { openRehearsal, type Rehearsal, type RehearsalOptions } from '../rehearsal.ts'
import { type TargetDescription } from '../target.ts'
import { type AuditDepth, type Audited, audit } from './audit.ts'
import { type Ended, type Running, startCommand } from './command.ts'
import { copyProject, type Project } from './project.ts'
import { visit } from './visitor.ts'

/** Health is asked more often than in production, and updates are watched for less long. */
const quickFile = join(import.meta.dirname, '../quick.compose.yml')

/** An ingest that doesn't get ready is given up at once. */
export const impatientFile = join(import.meta.dirname, '../impatient.compose.yml')

/** A source that isn't there: with it, ingest never gets ready. */
export const noSource = { url: 'http://127.0.0.1:9/stream', contact: 'rehearsal@example.org' }

/** How long events may take on their way through the pipeline until all are in the lake, in ms. */
const settleMs = 240_000

/** A rehearsal, and an operator before it with a copy of the project. */
export type Walk = {
  rehearsal: Rehearsal
  /** The first host. */
  first: Machine
  project: Project
  /** Name of the stack. */
  stack: string
  /** Describes the hosts anew: what isn't given is as at the start. @returns the file, for `--target`. */
  describe(changes?: Partial<TargetDescription>): Promise<string>
  /** Writes the description as text, from what it says now. @returns what puts it back. */
  describeAs(change: (text: string) => string): Promise<() => Promise<void>>
  /** Starts a user's command on the hosts last described, such as `deploy.ts --yes`. */
  start(script: string, ...args: string[]): Running
  /** The same to its end. */
  run(script: string, ...args: string[]): Promise<Ended>
  /** The same, which has to end well. @returns what it printed. @throws Error with that. */
  must(script: string, ...args: string[]): Promise<string>
  /** Holds the books of log, database and lake against each other, up to now. */
  audit(): Promise<Audited>
  /** Audits record by record when all that the source has made is in the lake. @throws Error when it doesn't get there. */
  auditAtEnd(): Promise<Audited>
  /** Sets what the source does wrong, or faster. */
  source(faults: Record<string, unknown>): Promise<void>
  visit(): ReturnType<typeof visit>
  close(): Promise<void>
}

/** Opens a rehearsal with an operator. @param onText is given what commands print. */
export async function openWalk(options: RehearsalOptions, onText?: (text: string) => void): Promise<Walk> {
  const rehearsal = await openRehearsal(options)
  try {
    const [first] = rehearsal.machines
    const { site } = rehearsal
    let target = await rehearsal.targetFile()
    const folder = dirname(target)
    const project = await copyProject(join(folder, 'project'))
    // Its own, for a change of it in the midst of things would be another release.
    const quick = join(folder, basename(quickFile))
    await copyFile(quickFile, quick)
    const describe: Walk['describe'] = async ({ overrides = [], ...changes } = {}) => {
      target = await rehearsal.targetFile(changes)
      const described: TargetDescription = JSON.parse(await readFile(target, 'utf8'))
      described.overrides = [...(described.overrides ?? []), quick, ...overrides]
      await writeFile(target, JSON.stringify(described, null, 2))
      return target
    }
    await describe()
    const describeAs: Walk['describeAs'] = async change => {
      const before = await readFile(target, 'utf8')
      await writeFile(target, change(before))
      return () => writeFile(target, before)
    }
    const stack = 'rehearsal'
    const start: Walk['start'] = (script, ...args) =>
      startCommand(project.folder, script, ['--target', target, ...args], onText ? { onText } : {})
    const auditNow = (depth: AuditDepth) => audit(first, stack, site.source.tallyUrl, depth)
    return {
      ...{ rehearsal, first, project, stack, describe, describeAs, start },
      run: (script, ...args) => start(script, ...args).ended,
      must: async (script, ...args) => {
        const { code, said } = await start(script, ...args).ended
        if (code !== 0) throw new Error(`${script} ended with ${code}:\n${said}`)
        return said
      },
      audit: () => auditNow('books'),
      auditAtEnd: () => untilAllArrived(auditNow),
      source: async faults => {
        const body = JSON.stringify(faults)
        const response = await fetch(site.source.faultsUrl, { method: 'POST', body })
        if (!response.ok) throw new Error(`the source refuses ${body}: ${await response.text()}`)
      },
      visit: () => visit(first.host.address),
      close: () => rehearsal.close(),
    }
  } catch (error) {
    await rehearsal.close()
    throw error
  }
}

async function untilAllArrived(look: (depth: AuditDepth) => Promise<Audited>): Promise<Audited> {
  for (const until = Date.now() + settleMs; ; await sleep(1_000)) {
    const found = await look('books')
    const { totals, source } = found
    if (found.code !== 0) return found
    if (totals.lag === 0 && totals.lakeRows === totals.records && source?.happened === source?.counted) {
      return look('full')
    }
    if (Date.now() > until) throw new Error(`not all has arrived after ${settleMs} ms: ${found.said}`)
  }
}

const outcomeSchema = z.object({
  result: z.string(),
  serves: z.boolean(),
  closing: z.string(),
  plan: z.looseObject({ from: z.string().optional(), to: z.string() }),
})

/** What `deploy.ts --json` put out. */
export function outcomeOf({ stdout }: Ended): z.output<typeof outcomeSchema> {
  return outcomeSchema.parse(JSON.parse(stdout))
}
