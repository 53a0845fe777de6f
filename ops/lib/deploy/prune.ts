import { type Host } from '../host/host.ts'
import { pruneReleases } from '../host/kept-releases.ts'
import { type Connection } from './connect.ts'
import { readDeployed, servedReleases } from './deployed.ts'
import { type Deployment } from './plan.ts'

/** Releases that a host keeps: the one that serves, and two to go back to. */
const keptReleases = 3

/** What BuildKit may keep of builds, in bytes: the layers of some releases. By itself Docker 25 keeps all of them. */
const keptCacheBytes = 2e9

/**
 * Images of releases that aren't kept, with the containers of theirs that have ended, which the Swarm keeps for a while;
 * and what building them left. What a running container uses, Docker refuses to remove.
 */
export const pruneImages = `for image in $(docker image ls --format '{{.Repository}}:{{.Tag}}' wikiflow); do
  keep=
  for kept; do [ "$image" = "$kept" ] && keep=1; done
  [ "$keep" ] && continue
  ended=$(docker ps --all --quiet --filter "ancestor=$image" --filter status=exited --filter status=dead)
  [ -z "$ended" ] || docker rm $ended > /dev/null 2>&1 || :
  docker image rm "$image" > /dev/null 2>&1 || :
done
docker image prune --force > /dev/null 2>&1 || :
docker builder prune --force --keep-storage ${keptCacheBytes} > /dev/null 2>&1 || :`

/**
 * Secrets and configs of the stack that no service uses any more, for Swarm refuses to remove the others; but those that
 * have one of these marks at the end of their names.
 */
export const pruneSecrets = `stack=$1
shift
for kind in secret config; do
  for name in $(docker "$kind" ls --format '{{.Name}}' --filter "label=com.docker.stack.namespace=$stack"); do
    case " $* " in *" \${name##*_} "*) continue ;; esac
    docker "$kind" rm "$name" > /dev/null 2>&1 || :
  done
done`

/**
 * Marks of secrets that only releases to go back to have, the present one left out: what it has too is deployed with
 * today's content, whatever the release.
 */
export function marksToKeep([present, ...older]: readonly (Deployment | undefined)[]): string[] {
  const marks = older.flatMap(deployment => Object.entries(deployment?.variables ?? {}))
  return marks.flatMap(([name, mark]) => (/_MARK$/.test(name) && !present?.variables[name] ? [mark] : []))
}

/** Removes what only older releases need: their folders and objects, images on every host, secrets. */
export async function prune({ manager, hosts, target: { stack } }: Connection): Promise<void> {
  const kept = (await servedReleases(manager, stack)).slice(0, keptReleases)
  const deployments = await Promise.all(kept.map(release => readDeployed(manager, stack, release)))
  const images = deployments.flatMap(deployment => deployment?.image ?? [])
  await pruneReleases(manager, stack, kept)
  await Promise.all(hosts.map(host => removeImages(host, images)))
  await manager.run(pruneSecrets, [stack, ...marksToKeep(deployments)])
}

async function removeImages(host: Host, kept: readonly string[]): Promise<void> {
  // With none known, all would go.
  if (kept.length > 0) await host.run(pruneImages, kept)
}
