import { countSteps } from '../cloud/plan.ts'
import { type Check } from './check.ts'
import { type StackContext } from './stack-context.ts'

/** Whether the stack's names are free, or its own already. */
export const namesCheck: Check<Pick<StackContext, 'plan'>> = {
  id: 'names',
  title: 'names on AWS',
  needs: ['region'],
  run: async context => {
    const plan = await context.plan()
    if (plan.obstacles.length > 0) {
      return { state: 'failed', found: plan.obstacles.map(({ why }) => why).join('\n') }
    }
    const count = countSteps(plan)
    const standing = plan.steps.length - count.create
    if (standing === 0) return { state: 'ok', found: `all free: ${count.create} parts are to be made` }
    return {
      state: 'ok',
      found: `${standing} parts of this stack are there, ${count.create} are to be made`,
    }
  },
}
