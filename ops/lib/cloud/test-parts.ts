import { type StackId } from '../stack/names.ts'
import { type Applied, applyPlan } from './apply.ts'
import { type Part } from './part.ts'
import { makePlan } from './plan.ts'
import { appliedMark } from './tags.ts'

/** A part that is there already, for tests of those that need it. */
export function standIn(id: string, awsId: string): Part {
  const never = async () => {
    throw new Error(`${id} stands in for a part, and is as it should be`)
  }
  return {
    id,
    title: id,
    name: id,
    needs: [],
    wanted: true,
    want: {},
    fixed: {},
    usage: [],
    find: async () => ({ id: awsId, ours: true, applied: appliedMark({}), facts: {} }),
    create: never,
    change: never,
    tag: never,
    remove: never,
  }
}

/** What a run came to: the plan's steps that did something, what is there, and what was said meanwhile. */
export type Run = Pick<Applied, 'things'> & { steps: Record<string, string[]>; said: string[] }

/**
 * Plans and carries out, as `ops/provision.ts` does.
 * @returns the steps by part: the action, then the properties it concerned.
 * @throws the obstacles as one Error, or the first failure.
 */
export async function runPlan(id: StackId, parts: readonly Part[], replace: string[] = []): Promise<Run> {
  const plan = await makePlan(parts, { replace })
  if (plan.obstacles.length > 0) throw new Error(plan.obstacles.map(({ why }) => why).join('\n'))
  const said: string[] = []
  const applied = await applyPlan(id, plan, event => {
    if (event.state === 'waiting') said.push(event.for)
  })
  for (const { error } of applied.failures) throw error
  const steps = plan.steps
    .filter(({ action }) => action !== 'same')
    .map(step => {
      const properties = step.differences.map(({ property, kind }) => `${kind}: ${property}`)
      return [step.part.id, [step.action, ...properties]] as const
    })
  return { things: applied.things, steps: Object.fromEntries(steps), said }
}
