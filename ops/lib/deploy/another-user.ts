import { shownFolder } from '../host/folders.ts'
import { type Host } from '../host/host.ts'
import { listReleases } from '../host/kept-releases.ts'
import { UserError } from '../script.ts'
import { releaseOf } from '../swarm/swarm.ts'
import { type Running } from './running.ts'

/**
 * Checks that what runs was deployed from this user's folder on the host: the lock and the releases stand there, so two
 * users would neither exclude one another nor know what to go back to. A first deploy that was killed has left its files.
 * @throws UserError that says what to do.
 */
export async function assertOurs(manager: Host, stack: string, { served, swarm }: Running): Promise<void> {
  if (served.length > 0 || !swarm) return
  const running = [...swarm.services.values()].flatMap(service => releaseOf(service) ?? [])
  if (running.length === 0) return
  const shipped = new Set((await listReleases(manager, stack)).map(({ id }) => id))
  const foreign = running.find(release => !shipped.has(release))
  if (foreign === undefined) return
  const { name, user } = manager.address
  const folder = shownFolder(stack)
  throw new UserError(
    `${name} runs release ${foreign} of ${stack}, which isn't in ${folder} of the user ${user}: another user has deployed it. Nothing was changed: work as that user, or move that user's ${folder} to ${user}'s home; if it is gone, \`docker stack rm ${stack}\` there takes the services away and leaves the data`,
  )
}
