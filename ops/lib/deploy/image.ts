import { PassThrough } from 'node:stream'
import { type Host } from '../host/host.ts'
import { lastLines, mustRun } from '../host/must-run.ts'
import { UserError } from '../script.ts'

const imageId = `docker image inspect --format '{{.Id}}' "$1" 2>/dev/null || :`

/** How long an image may take to be built, and to travel, in ms: a small host installs packages for some minutes. */
const buildMs = 20 * 60_000
const handMs = 20 * 60_000

/** The classic builder's and BuildKit's output alike; a context without what `.dockerignore` names. */
const build = `set -eu
cd "$HOME/wikiflow/$1/releases/$2"
image=$3
shift 3
for arg; do set -- "$@" --build-arg "$arg"; shift; done
exec docker build --file compose/Dockerfile --tag "$image" --label org.wikiflow.stack="$image" "$@" . 2>&1`

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
  throw new UserError(`building ${image} on ${host.address.name} failed:\n${lastLines(ran.stdout, 15)}`)
}

/** Hands an image from one host to another, which has other layers of it or none. */
export async function handOver(from: Host, to: Host, image: string, signal: AbortSignal): Promise<void> {
  const stream = new PassThrough()
  const options = { timeoutMs: handMs, signal }
  const sent = from
    .run('docker save "$1" | gzip -1', [image], { ...options, stdout: stream })
    .finally(() => stream.end())
  const [out] = await Promise.all([
    sent,
    mustRun(to, `taking the image ${image}`, 'gunzip | docker load', [], { ...options, stdin: stream }),
  ])
  if (out.code !== 0)
    throw new UserError(`reading ${image} on ${from.address.name} failed: ${lastLines(out.stderr, 3)}`)
}
