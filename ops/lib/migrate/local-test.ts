import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type AuditSummary } from '../audit/summary.ts'
import { readRelease } from '../host/release.ts'
import { auditLeft } from '../local/left-stack.ts'
import { rehearse } from '../local/rehearsal.ts'
import { UserError } from '../script.ts'

/** Simulated events of a test, and how long all of it may take, in ms; seen: 20,000 to 40,000. */
export const testEvents = 2_000
const timeoutMs = 180_000

/** Where the stacks of tests lie in the state's folder, each in a folder named as the release that it ran. */
export function localTestFolder(state: string, release = ''): string {
  return join(state, 'local-test', release)
}

/**
 * What the last test of a release left on this machine, audited anew: the log and the database are started for it.
 * @returns undefined where that release was never tested here to the end.
 */
export function readLocalTest(state: string, release: string): Promise<AuditSummary | undefined> {
  return auditLeft(localTestFolder(state, release))
}

/**
 * Runs the pipeline on the embedded engines with simulated events, audits it, and leaves its log, database and lake
 * behind; those of other releases go.
 * @throws UserError when not all events arrive, or the project was changed meanwhile.
 */
export async function runLocalTest(
  { root, state }: { root: string; state: string },
  say: (progress: string) => void,
): Promise<AuditSummary> {
  const { id } = await readRelease(root)
  const report = await rehearse({
    ...{ state, events: testEvents, timeoutMs, say },
    keep: localTestFolder(state, id),
  })
  if ((await readRelease(root)).id !== id) {
    rmSync(localTestFolder(state, id), { recursive: true, force: true })
    throw new UserError('the project was changed while it was tested: run the same command again')
  }
  for (const other of readdirSync(localTestFolder(state))) {
    if (other !== id) rmSync(localTestFolder(state, other), { recursive: true, force: true })
  }
  return report
}
