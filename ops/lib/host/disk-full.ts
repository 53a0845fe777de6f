import { UserError } from '../script.ts'
import { rootFolder, shownFolder } from './folders.ts'
import { type Host, type Ran } from './host.ts'

/** A full disk, or a user's full share of it, in the words of the C library; and tar's of a file that went in by half. */
const full = /No space left on device|Disk quota exceeded|Wrote only \d+ of \d+ bytes/

const freeKb = `df -Pk "$HOME/${rootFolder}" 2>/dev/null | awk 'NR == 2 { print $4 }'`

/**
 * What to say of a script that failed for want of room: the folder and what is free there; undefined when it failed for
 * something else.
 */
export async function diskFull(host: Host, stack: string, { stderr }: Ran): Promise<UserError | undefined> {
  if (!full.test(stderr)) return undefined
  const free = Number((await host.run(freeKb)).stdout.trim() || Number.NaN)
  const left = Number.isFinite(free) ? `, ${(free / 1024).toFixed(1)} MB are free` : ''
  return new UserError(
    `no room is left on ${host.address.name} for ${shownFolder(stack)}${left}: \`docker system df\` there shows what Docker keeps; a larger disk is \`host.diskGb\` in wikiflow.config.ts`,
  )
}
