import { openStack } from '../cloud/open.ts'
import { makePlan } from '../cloud/plan.ts'
import { cloudTarget } from './cloud-target.ts'
import { fileTarget } from './file-target.ts'
import { type Target } from './target.ts'

/** Which hosts are meant: those in a file, or those of the stack of `wikiflow.config.ts`. */
export type TargetChoice = { target?: string | undefined; config?: string | undefined; state: string }

/** Opens what is meant; changes nothing on it. @throws UserError for what isn't there, or isn't whole. */
export async function openTarget(choice: TargetChoice): Promise<Target> {
  if (choice.target !== undefined) return fileTarget(choice.target, choice.state)
  const open = await openStack(choice)
  const { steps } = await makePlan(open.parts)
  const things = new Map(steps.flatMap(({ part, found }) => (found ? [[part.id, found] as const] : [])))
  return cloudTarget(open, things)
}
