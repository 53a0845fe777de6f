import { assertName, enterIfThere } from './folders.ts'
import { type Host } from './host.ts'
import { mustRun } from './must-run.ts'

/** A release on a host, complete. */
export type KeptRelease = {
  id: string
  /** When it was shipped, in ms, by the host's clock. */
  shippedAt: number
}

const list = `${enterIfThere}
[ -d releases ] || exit 0
cd releases
find . -maxdepth 1 -type d -name '[0-9a-f]*' -exec stat -c '%Y %n' {} +`

/** Objects that no release links to have one link. */
const prune = `${enterIfThere}
shift
[ -d releases ] || exit 0
for path in releases/*/; do
  id=\${path#releases/} id=\${id%/}
  [ -d "releases/$id" ] || continue
  case " $* " in *" $id "*) continue ;; esac
  mv "releases/$id" "releases/.old-$id"
  echo "$id"
done
rm -rf releases/.old-* releases/.new-* incoming
find objects -type f -links 1 -delete`

/** The releases that a host has, the last shipped first. */
export async function listReleases(host: Host, stack: string): Promise<KeptRelease[]> {
  const said = await mustRun(host, 'listing the releases', list, [assertName(stack)])
  const found = said.split('\n').flatMap(line => {
    const [, time, id] = /^(\d+) \.\/([0-9a-f]{12})$/.exec(line) ?? []
    return id === undefined ? [] : [{ id, shippedAt: Number(time) * 1_000 }]
  })
  return found.sort((a, b) => b.shippedAt - a.shippedAt || (a.id < b.id ? -1 : 1))
}

/**
 * Removes a host's releases but those to keep, the objects that only they had, and what interrupted runs left. With none
 * to keep it removes nothing. Whoever calls this holds the host's lock.
 * @returns ids of the removed.
 */
export async function pruneReleases(host: Host, stack: string, keep: readonly string[]): Promise<string[]> {
  if (keep.length === 0) return []
  const names = [assertName(stack), ...keep.map(assertName)]
  const said = await mustRun(host, 'removing old releases', prune, names)
  return said.split('\n').filter(Boolean)
}
