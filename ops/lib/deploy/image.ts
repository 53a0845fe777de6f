import { visible } from '../cloud/fact-text.ts'
import { handOn } from '../host/hand-on.ts'
import { type Host } from '../host/host.ts'
import { UserError } from '../script.ts'

const imageId = `docker image inspect --format '{{.Id}}' "$1" 2>/dev/null || :`

/** How long an image may take to be built, and to travel, in ms: a small host installs packages for some minutes. */
const buildMs = 20 * 60_000
const handMs = 20 * 60_000

/** Lines of a failed build that are shown. */
const shownLines = 15

/**
 * The classic builder's and BuildKit's output alike; a context without what `.dockerignore` names. The stage with the
 * packages has a name of its own: without one, the classic builder's cache of it goes with the next `docker image prune`.
 */
const build = `set -eu
cd "$HOME/wikiflow/$1/releases/$2"
packages=wikiflow-packages:$1
image=$3
shift 3
for arg; do set -- "$@" --build-arg "$arg"; shift; done
docker build --file compose/Dockerfile --target dependencies --tag "$packages" "$@" . 2>&1
exec docker build --file compose/Dockerfile --tag "$image" "$@" . 2>&1`

/** Id of an image on a host; undefined when it isn't there. */
export async function findImage(host: Host, image: string): Promise<string | undefined> {
  return (await host.run(imageId, [image])).stdout.trim() || undefined
}

/**
 * Builds a release's image on a host from what was shipped there, with the layers that it still has.
 * @param args `NAME=value`, for the Dockerfile's ARGs.
 * @throws UserError with the build's last lines.
 */
export async function buildImage(options: {
  host: Host
  stack: string
  release: string
  image: string
  args: readonly string[]
  onLine(line: string): void
  signal: AbortSignal
}): Promise<void> {
  const { host, stack, release, image, args, onLine, signal } = options
  const ran = await host.run(build, [stack, release, image, ...args], { timeoutMs: buildMs, onLine, signal })
  if (ran.code === 0) return
  const said = ran.stdout.trimEnd().split('\n').slice(-shownLines).map(visible)
  throw new UserError(`building ${image} on ${host.address.name} failed:\n${said.join('\n')}`)
}

/** Hands an image from one host to another, which has other layers of it or none. @throws UserError of either host. */
export async function handOver(from: Host, to: Host, image: string, signal: AbortSignal): Promise<void> {
  await handOn(
    { host: from, doing: `reading ${image}`, script: 'docker save "$1" | gzip -1', args: [image] },
    { host: to, doing: `taking ${image}`, script: 'gunzip | docker load' },
    { timeoutMs: handMs, signal },
  )
}
