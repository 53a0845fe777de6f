import { type LockStore } from '../lock/lock.ts'
import { parseNote } from '../lock/lock-note.ts'
import { UserError } from '../script.ts'
import { diskFull } from './disk-full.ts'
import { assertName, enterFolder, enterIfThere, shownFolder } from './folders.ts'
import { type Host } from './host.ts'
import { mustRun } from './must-run.ts'

/** How long a look at the lock, or a change of it, may take, in ms: it is renewed every 20 s. */
const timeoutMs = 15_000

/** Exit code of a change that comes after another's. */
const overtaken = 3

const read = `date +%s
${enterIfThere}
cat lock 2>/dev/null || :`

/** Alone for a moment: of many who try at once each finds what the one before has left. */
const alone = `${enterFolder}
exec 9> lock.guard
flock -w 10 9 || { echo 'another process holds lock.guard' >&2; exit 75; }
there=$(cat lock 2>/dev/null || :)
[ "$there" = "$2" ] || exit ${overtaken}`

const put = `${alone}
printf '%s\\n' "$3" > lock.part
mv lock.part lock`

const remove = `${alone}
rm -f lock`

/**
 * The lock's file in a stack's folder on a host, changed under flock(2) by those who know what stands in it. Its clock is
 * the host's, to a second.
 */
export function hostLockStore(host: Host, stack: string): LockStore {
  const name = assertName(stack)
  const at = `${shownFolder(stack)} on ${host.address.name}`
  let aheadMs = 0
  return {
    name: at,
    read: async () => {
      const said = await mustRun(host, 'reading the lock', read, [name], { timeoutMs })
      const [seconds, ...rest] = said.split('\n')
      aheadMs = Number(seconds) * 1_000 - Date.now()
      const etag = rest.join('\n').trimEnd()
      if (etag === '') return undefined
      const note = parseNote(etag)
      if (note) return { note, etag }
      throw new UserError(
        `${at}/lock isn't a lock that this program wrote: when nobody works on the stack, remove that file`,
      )
    },
    put: async (note, over = '') => {
      const text = JSON.stringify(note)
      const ran = await host.run(put, [name, over, text], { timeoutMs })
      if (ran.code === 0) return text
      if (ran.code === overtaken) return undefined
      throw (
        (await diskFull(host, stack, ran)) ??
        new UserError(`can't take the lock of ${at}: ${ran.stderr.trim()}`)
      )
    },
    remove: async etag => {
      await host.run(remove, [name, etag], { timeoutMs })
    },
    now: () => Date.now() + aheadMs,
  }
}
