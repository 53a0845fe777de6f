import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type AuditSummary } from '../audit/summary.ts'
import { once, type StackContext, stackContext } from '../checks/stack-context.ts'
import { type TargetChoice } from '../deploy/open-target.ts'
import { readSince } from '../deploy/since.ts'
import { type Release, readRelease } from '../host/release.ts'
import { configName } from '../stack/load.ts'
import { type Stack } from '../stack/schema.ts'
import { readLocalTest } from './local-test.ts'
import { lookAtHosts, type OnHosts } from './on-hosts.ts'

/** What `ops/migrate.ts` was told about where to go. */
export type Destination = TargetChoice & {
  /** Where the source begins while the log is empty. */
  since?: string | undefined
}

/** What the steps' probes look at. Each is read when the first asks for it, and once. */
export type MigrationContext = Pick<StackContext, 'open' | 'plan'> & {
  destination: Destination
  /** What `wikiflow.config.ts` says; undefined while there is none. @throws UserError for a wrong one. */
  described(): Promise<Stack | undefined>
  /** The project's release, as its files are now. */
  release(): Promise<Release>
  /** The books of the last test on this machine of this release; undefined where there was none. */
  localTest(): Promise<AuditSummary | undefined>
  /** What is on the hosts; a sentence while there is none that was reached. */
  hosts(): Promise<OnHosts | string>
  /** The same with what AWS has said, which looks at the hosts anew. */
  again(): MigrationContext
}

/** Opens nothing yet. @throws UserError for a `since` that is no time and no place. */
export function migrationContext(root: string, destination: Destination): MigrationContext {
  const state = resolve(destination.state)
  const { since: given } = destination
  const since = given === undefined ? undefined : readSince(given)
  const { stack, open, plan } = stackContext(root, state, destination.config)
  const release = once(() => readRelease(root))
  const answers = {
    ...{ destination, open, plan, release },
    described: once(async () =>
      destination.config === undefined && !existsSync(join(root, configName)) ? undefined : stack(),
    ),
    localTest: once(async () => readLocalTest(state, (await release()).id)),
  }
  const again = (): MigrationContext => ({
    ...answers,
    hosts: once(() => lookAtHosts(destination, since, { open, plan })),
    again,
  })
  return again()
}
