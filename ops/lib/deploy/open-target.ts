import { pinFromConsole } from '../cloud/console-keys.ts'
import { openStack } from '../cloud/open.ts'
import { makePlan } from '../cloud/plan.ts'
import { cloudTarget } from './cloud-target.ts'
import { fileTarget } from './file-target.ts'
import { pinGiven } from './given-host-keys.ts'
import { type Target } from './target.ts'

/** Which hosts are meant: those in a file, or those of the stack of `wikiflow.config.ts`. */
export type TargetChoice = {
  target?: string | undefined
  config?: string | undefined
  state: string
  /** Keys of hosts on AWS, `host-1 ssh-ed25519 AAAA…`; the others are read off their consoles. */
  'host-key'?: readonly string[] | undefined
}

/**
 * Opens what is meant, with the keys of its hosts pinned; changes nothing on it.
 * @throws UserError for what isn't there, or isn't whole, and for a host whose key isn't known.
 */
export async function openTarget(choice: TargetChoice): Promise<Target> {
  if (choice.target !== undefined) return fileTarget(choice.target, choice.state)
  const open = await openStack(choice)
  const { steps } = await makePlan(open.parts)
  const things = new Map(steps.flatMap(({ part, found }) => (found ? [[part.id, found] as const] : [])))
  const target = cloudTarget(open, things)
  pinGiven(target, choice['host-key'] ?? [])
  await pinFromConsole(open.cloud.ec2, target.pinnedKeys, target.hosts, what =>
    process.stderr.write(`${what}\n`),
  )
  return target
}
