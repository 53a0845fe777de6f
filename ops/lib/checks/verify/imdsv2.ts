import { type Plan } from '../../cloud/plan.ts'
import { type Check, type Outcome } from '../check.ts'
import { type StackContext } from '../stack-context.ts'

/** Whether a host's credentials are given to those alone who ask for them by IMDSv2. */
export const imdsv2Check: Check<Pick<StackContext, 'plan'>> = {
  id: 'imdsv2',
  title: 'IMDSv2',
  looksAt: "hosts give their role's credentials by IMDSv2 alone, no further than to a container",
  needs: ['region'],
  run: async ({ plan }) => judgeMetadata(await plan()),
}

/** The metadata options of hosts that stand. */
export function judgeMetadata({ steps }: Plan): Outcome {
  const hosts = steps.flatMap(({ part, found }) =>
    part.want.metadata === undefined || !found
      ? []
      : [{ name: part.name, is: String(found.facts.metadata), want: String(part.want.metadata) }],
  )
  const fix = 'npx zx ops/provision.ts'
  if (hosts.length === 0) return { state: 'failed', found: 'there is no host', fix }
  const wrong = hosts.filter(({ is, want }) => is !== want)
  if (wrong.length > 0) {
    return {
      state: 'failed',
      found: wrong.map(({ name, is, want }) => `${name}: ${is}, and should be: ${want}`).join('\n'),
      fix,
    }
  }
  const [first] = hosts
  return { state: 'ok', found: `${hosts.length === 1 ? first?.name : `${hosts.length} hosts`}: ${first?.is}` }
}
