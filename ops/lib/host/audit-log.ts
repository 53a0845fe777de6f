import { hostname, userInfo } from 'node:os'
import { z } from 'zod'
import { UserError } from '../script.ts'
import { diskFull } from './disk-full.ts'
import { assertName, enterFolder, enterIfThere } from './folders.ts'
import { type Host } from './host.ts'
import { mustRun } from './must-run.ts'

const actionSchema = z.object({
  /** ISO time by the host's clock. */
  time: z.string(),
  /** `an@laptop`. */
  who: z.string(),
  /** `deploy`, `rollback`, `scale`. */
  action: z.string(),
  release: z.string().optional(),
  /** `begun`, `serves`, or why it doesn't. */
  result: z.string(),
})

/** A line of a host's audit log. */
export type NotedAction = z.output<typeof actionSchema>

/** A line that a full disk cut off is ended first, so that the next is whole. */
const append = `${enterFolder}
[ ! -s audit.log ] || [ -z "$(tail -c 1 audit.log)" ] || echo >> audit.log
printf '{"time":"%s",%s\\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$2" >> audit.log`

const read = `${enterIfThere}
[ ! -e audit.log ] || tail -n "$2" audit.log`

/** Notes an action in a stack's audit log on a host, with the time by the host's clock and who does it. */
export async function noteAction(
  host: Host,
  stack: string,
  action: Omit<NotedAction, 'time' | 'who'>,
): Promise<void> {
  const who = `${userInfo().username}@${hostname()}`
  const json = JSON.stringify({ who, ...action } satisfies Omit<NotedAction, 'time'>)
  const ran = await host.run(append, [assertName(stack), json.slice(1)])
  if (ran.code === 0) return
  throw (
    (await diskFull(host, stack, ran)) ??
    new UserError(`can't write the audit log on ${host.address.name}: ${ran.stderr.trim()}`)
  )
}

/** The last so many actions, oldest first, and how many of the last lines aren't one: a disk was full meanwhile. */
export async function readAudit(
  host: Host,
  stack: string,
  last = 50,
): Promise<{ actions: NotedAction[]; unreadable: number }> {
  const said = await mustRun(host, 'reading the audit log', read, [assertName(stack), String(last)])
  const lines = said.split('\n').filter(Boolean)
  const actions = lines.flatMap(line => parseAction(line) ?? [])
  return { actions, unreadable: lines.length - actions.length }
}

function parseAction(line: string): NotedAction | undefined {
  try {
    return actionSchema.parse(JSON.parse(line))
  } catch {
    return undefined
  }
}
