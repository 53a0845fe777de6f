import { type Host } from '../host/host.ts'

/** Releases that a host keeps: the one that serves, and two to go back to. */
export const keptReleases = 3

/** Images of releases that aren't kept, and what building them left. What a container uses, Docker refuses to remove. */
const pruneImages = `for image in $(docker image ls --format '{{.Repository}}:{{.Tag}}' wikiflow); do
  keep=
  for kept; do [ "$image" = "$kept" ] && keep=1; done
  [ "$keep" ] || docker image rm "$image" > /dev/null 2>&1 || :
done
docker image prune --force --filter label=org.opencontainers.image.title=wikiflow > /dev/null 2>&1 || :`

/** Secrets and configs of the stack that no service uses any more: Swarm refuses to remove the others. */
const pruneSecrets = `for kind in secret config; do
  for id in $(docker "$kind" ls --quiet --filter "label=com.docker.stack.namespace=$1"); do
    docker "$kind" rm "$id" > /dev/null 2>&1 || :
  done
done`

/** Removes images but those named, from every host. */
export async function pruneHostImages(hosts: readonly Host[], kept: readonly string[]): Promise<void> {
  await Promise.all(hosts.map(host => host.run(pruneImages, kept)))
}

/** Removes secrets and configs of a stack that are not in use. */
export async function pruneStackSecrets(manager: Host, stack: string): Promise<void> {
  await manager.run(pruneSecrets, [stack])
}
