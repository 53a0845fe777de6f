import { createHash } from 'node:crypto'
import { type Readable } from 'node:stream'
import pRetry from 'p-retry'
import { UserError } from '../script.ts'
import { diskFull } from './disk-full.ts'
import { assertName, enterFolder, shownFolder } from './folders.ts'
import { type Host, type RunOptions } from './host.ts'
import { type Release } from './release.ts'
import { contentsTar, linksTar } from './release-tar.ts'
import { ConnectionLost } from './ssh-failure.ts'

/** What travelled, and what the host had already. */
export type Shipped = { files: number; bytes: number; kept: number }

export type ShipOptions = {
  /** Is told what is on its way: `150 files, 0.4 of 3.1 MB`. */
  onProgress?: (what: string) => void
  signal?: AbortSignal
}

/** How long contents may travel, in ms, and how often a broken connection is made anew. */
const sendMs = 15 * 60_000
const retries = 3

/**
 * Looks at what is there; input: SHA-256 sums, a line each. What an interrupted run brought whole is taken over, what
 * isn't what its name says is removed. Output: sums of the objects asked for that are there, `=`, and those of the files
 * of the release, if it is there.
 */
const look = `${enterFolder}
mkdir -p objects incoming releases
rm -rf releases/.new-* releases/.old-*
find incoming -type f -exec sha256sum {} + | while read -r sum path; do
  if [ "incoming/$sum" = "$path" ]; then mv "$path" "objects/$sum"; else rm -f "$path"; fi
done
cd objects
xargs -r sha256sum 2>/dev/null | while read -r sum name; do
  if [ "$sum" = "$name" ]; then echo "$sum"; else rm -f "$name"; fi
done
cd ..
echo =
[ ! -d "releases/$2" ] || find "releases/$2" -type f -exec sha256sum {} + | sed 's/^\\\\//' | cut -c 1-64`

/** Takes contents in: a tar of files named by their sums. With no room for all, what came of them goes again. */
const receive = `${enterFolder}
umask 022
tar -xof - -C incoming || { code=$?; rm -rf incoming; exit "$code"; }`

/** Builds a release aside, from a tar of folders and of links to objects, and gives it its name at last. */
const build = `${enterFolder}
umask 022
trap 'rm -rf "releases/.new-$2"' EXIT
tar -xof -
sync -f releases 2>/dev/null || sync
if [ -e "releases/$2" ]; then mv "releases/$2" "releases/.old-$2"; fi
mv "releases/.new-$2" "releases/$2"
rm -rf "releases/.old-$2"`

/**
 * Brings a release to a host, into `releases/ID` of the stack's folder, where it is complete or not at all. Contents
 * travel that the host doesn't have, and get their names once their sums are right; after a broken connection it goes on
 * with what arrived. Whoever calls this holds the host's lock.
 * @throws UserError when the host has no room, can't be reached, or has no tar and coreutils.
 */
export function shipRelease(
  host: Host,
  stack: string,
  release: Release,
  options: ShipOptions = {},
): Promise<Shipped> {
  const signal = options.signal ? { signal: options.signal } : {}
  const sums = new Map(release.files.map(({ path, content }) => [path, sumOf(content)]))
  const contents = new Map(release.files.map(({ content }) => [sumOf(content), content]))
  const names = [assertName(stack), assertName(release.id)]
  const sent: Shipped = { files: 0, bytes: 0, kept: 0 }

  async function must(script: string, streams: RunOptions): Promise<string> {
    const ran = await host.run(script, names, { ...streams, ...signal })
    if (ran.code === 0) return ran.stdout
    throw (
      (await diskFull(host, stack, ran)) ??
      new UserError(
        `shipping release ${release.id} to ${host.address.name} failed (exit code ${ran.code}): ${ran.stderr.trim()}`,
      )
    )
  }

  async function attempt(): Promise<Shipped> {
    const list = `${[...contents.keys()].join('\n')}\n`
    const there = async () => {
      const [objects = '', files = ''] = (await must(look, { stdin: list })).split('=\n')
      return { objects: new Set(lines(objects)), files: lines(files) }
    }
    const before = await there()
    if (isSame(before.files, [...sums.values()])) return { ...sent, kept: contents.size - sent.files }
    const missing = [...contents].filter(([sum]) => !before.objects.has(sum))
    if (missing.length > 0) {
      await must(receive, { stdin: onTheirWay(missing, options), timeoutMs: sendMs })
      const { objects } = await there()
      const lost = missing.filter(([sum]) => !objects.has(sum))
      sent.files += missing.length - lost.length
      sent.bytes += missing.reduce((sum, [, content]) => sum + content.length, 0)
      if (lost.length > 0) {
        throw new UserError(
          `${lost.length} of ${missing.length} files came to ${host.address.name} with another content than they were sent with: look at the disk under ${shownFolder(stack)} there`,
        )
      }
    }
    await must(build, { stdin: linksTar(release, sums, `releases/.new-${release.id}`) })
    return { ...sent, kept: contents.size - sent.files }
  }

  return pRetry(attempt, {
    retries,
    minTimeout: 500,
    shouldRetry: ({ error }) => error instanceof ConnectionLost,
    ...signal,
  })
}

/** Contents on their way; a tar is somewhat longer than what it holds. */
function onTheirWay(contents: readonly (readonly [string, Buffer])[], { onProgress }: ShipOptions): Readable {
  const total = contents.reduce((sum, [, content]) => sum + content.length, 0)
  return contentsTar(contents, bytes =>
    onProgress?.(`${contents.length} files, ${mb(Math.min(bytes, total))} of ${mb(total)} MB`),
  )
}

function sumOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

function lines(text: string): string[] {
  return text.split('\n').filter(Boolean)
}

/** Whether two lists hold the same, each as often. */
function isSame(some: readonly string[], others: readonly string[]): boolean {
  return some.toSorted().join() === others.toSorted().join()
}

function mb(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}
