import { pinFromConsole } from '../cloud/console-keys.ts'
import { type OpenStack, openStack } from '../cloud/open.ts'
import { type Found } from '../cloud/part.ts'
import { makePlan, type Plan } from '../cloud/plan.ts'
import { cloudTarget } from './cloud-target.ts'
import { pinGiven } from './given-host-keys.ts'
import { type TargetChoice } from './open-target.ts'
import { type Target } from './target.ts'

/** The stack of `wikiflow.config.ts` as a target. @throws UserError as `openTarget`. */
export async function openStandingTarget(choice: TargetChoice): Promise<Target> {
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
