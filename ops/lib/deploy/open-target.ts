import { pinFromConsole } from '../cloud/console-keys.ts'
import { type OpenStack, openStack } from '../cloud/open.ts'
import { type Found } from '../cloud/part.ts'
import { makePlan, type Plan } from '../cloud/plan.ts'
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
  return standingTarget(open, await thingsOf(open), choice['host-key'])
}

/**
 * A stack that stands as a target, with the keys of its hosts pinned.
 * @throws UserError as `openTarget`.
 */
export async function standingTarget(
  open: OpenStack,
  things: ReadonlyMap<string, Found>,
  given: readonly string[] = [],
): Promise<Target> {
  const target = cloudTarget(open, things)
  pinGiven(target, given)
  await pinFromConsole(open.cloud.ec2, target.pinnedKeys, target.hosts, what =>
    process.stderr.write(`${what}\n`),
  )
  return target
}

/** What is there of a stack, by the part's id. */
export async function thingsOf({ parts }: OpenStack): Promise<Map<string, Found>> {
  return foundIn(await makePlan(parts))
}

/** What a plan found of a stack, by the part's id. */
export function foundIn({ steps }: Plan): Map<string, Found> {
  return new Map(steps.flatMap(({ part, found }) => (found ? [[part.id, found] as const] : [])))
}
