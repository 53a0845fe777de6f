import { fileURLToPath } from 'node:url'
import { readRelease } from '../host/release.ts'
import { assemble } from './assemble.ts'
import { type DeployPlan } from './plan.ts'
import { isWhole, type Running } from './running.ts'
import { marksOf, readServiceFiles, type ServiceFiles } from './secrets.ts'
import { standingOf } from './standing.ts'
import { type Target } from './target.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** What is to serve: its files, how they are deployed, and the secrets that it is deployed with. */
export type Next = Awaited<ReturnType<typeof assemble>> & { files: ServiceFiles }

/**
 * Puts together what a deploy would bring to a target: this project's files with the target's description, and what
 * belongs to what runs.
 * @throws UserError for a secret that is missing, or an override that can't be read.
 */
export async function assembleNext(target: Target, running: Running): Promise<Next> {
  const files = await readServiceFiles(target)
  const code = await readRelease(root)
  const kept = keepWhatRuns(target, running)
  return { ...(await assemble(code, kept, marksOf(files))), files }
}

/**
 * What belongs to what runs, and not to a description: the log's version, which `ops/upgrade.ts` alone moves, for its
 * data can't go back to an older one; and where the source began, for it counts once, while the log is empty.
 */
function keepWhatRuns(target: Target, { current }: Running): Target {
  const { REDPANDA_IMAGE, SOURCE_SINCE } = target.variables
  return withVariables(target, {
    REDPANDA_IMAGE: REDPANDA_IMAGE ?? standingOf(current).REDPANDA_IMAGE,
    SOURCE_SINCE: SOURCE_SINCE ?? current?.variables.SOURCE_SINCE,
  })
}

/** Whether what runs is what a deploy would bring: every service with the planned release, and none on its way. */
export function isSettled(plan: DeployPlan, running: Running): boolean {
  return (
    plan.from === plan.to &&
    plan.joins.length === 0 &&
    isWhole(running, plan.to) &&
    plan.services.every(({ action }) => action === 'same') &&
    [...(running.swarm?.services.values() ?? [])].every(
      ({ UpdateStatus }) => UpdateStatus?.State !== 'updating',
    )
  )
}

/** The target with these variables, as far as they are known. */
export function withVariables(
  target: Target,
  variables: Readonly<Record<string, string | undefined>>,
): Target {
  const known = Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return { ...target, variables: { ...target.variables, ...Object.fromEntries(known) } }
}
