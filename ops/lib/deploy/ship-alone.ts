import { assertOurs } from './another-user.ts'
import { connect } from './connect.ts'
import { lockedAction } from './locked-action.ts'
import { assembleNext, withVariables } from './next.ts'
import { openTarget, type TargetChoice } from './open-target.ts'
import { placeRelease } from './place-release.ts'
import { presentHosts } from './present-hosts.ts'
import { readRunning } from './running.ts'
import { readSince } from './since.ts'
import { showStages } from './stages.ts'

/**
 * Ships this project's release to a target's hosts and builds its image there; what runs goes on as it is.
 * @param options which hosts, and where the source is to begin, for that is part of the release.
 * @returns the release's id.
 * @throws UserError for a host that isn't there, a build that fails, a lock that is held.
 */
export async function shipAlone(
  options: TargetChoice & { since?: string | undefined; json: boolean },
): Promise<string> {
  const since = options.since === undefined ? undefined : readSince(options.since)
  const target = withVariables(await openTarget(options), { SOURCE_SINCE: since })
  const stages = showStages(options.json ? process.stderr : process.stdout, options)
  const connection = await connect(target)
  try {
    const present = await presentHosts(connection, line => stages.note(line))
    const { hosts, manager } = present.connection
    const running = await readRunning(manager, target.stack)
    await assertOurs(manager, target.stack, running)
    const { deployment, release } = await assembleNext(target, running)
    await lockedAction(connection, `ship ${deployment.release}`, async signal => {
      const { stack, buildArgs = [] } = target
      await placeRelease({ stack, hosts, deployment, release, buildArgs, stages, signal })
      return 'shipped'
    })
    return deployment.release
  } finally {
    stages.close()
    await connection.close()
  }
}
