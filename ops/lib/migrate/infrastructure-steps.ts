import { visible } from '../cloud/fact-text.ts'
import { isDrift, type Step as PlanStep } from '../cloud/plan.ts'
import { readTargetFile } from '../deploy/file-target.ts'
import { type MigrationContext } from './context.ts'
import { type Probed, type Step } from './step.ts'

/** Parts that a step names in its line; more are counted. */
const namedParts = 3

const plan = 'npx zx ops/provision.ts'

/** The step that makes a part of the stack on AWS: hosts come with all that they are reached and paid by. */
export function stepOfPart(id: string): 'database' | 'bucket' | 'host' {
  if (id === 'bucket') return 'bucket'
  return ['database', 'database-group', 'subnet-group', 'parameter-group'].includes(id) ? 'database' : 'host'
}

function infrastructureStep(
  id: ReturnType<typeof stepOfPart>,
  words: { title: string; makes: string },
  given: (file: string, context: MigrationContext) => Promise<Probed>,
): Step {
  return {
    ...{ id, phase: 'infrastructure', ...words, byHand: plan },
    probe: async (context, say) => {
      const { target } = context.destination
      if (target !== undefined) return given(target, context)
      say('reading AWS')
      const { steps, obstacles } = await context.plan()
      const own = obstacles.filter(({ part }) => stepOfPart(part) === id)
      if (own.length > 0) return { state: 'blocked', evidence: own.map(({ why }) => visible(why)).join('; ') }
      return ofPlan(steps.filter(({ part }) => stepOfPart(part.id) === id))
    },
  }
}

/** What a plan says of the parts that one step makes. */
export function ofPlan(steps: readonly PlanStep[]): Probed {
  const named = (some: readonly PlanStep[]) => {
    const names = some.slice(0, namedParts).map(({ part }) => visible(part.title))
    return `${names.join(', ')}${some.length > namedParts ? ` and ${some.length - namedParts} more` : ''}`
  }
  const missing = steps.filter(({ action }) => action === 'create')
  const stopped = steps.filter(({ part, found }) => part.want.state === 'running' && isStopped(found))
  const drifted = steps.filter(step => isDrift(step) && !stopped.includes(step))
  const other = steps.filter(
    step => step.action !== 'same' && ![...missing, ...stopped, ...drifted].includes(step),
  )
  const todo = [
    ...(missing.length === steps.length && missing.length > 0 ? ['nothing of it is there'] : []),
    ...(missing.length > 0 && missing.length < steps.length ? [`missing: ${named(missing)}`] : []),
    ...(stopped.length > 0 ? [`paused: ${named(stopped)}`] : []),
    ...(drifted.length > 0 ? [`changed by hand: ${named(drifted)}`] : []),
    ...(other.length > 0 ? [`to change: ${named(other)}`] : []),
  ]
  if (todo.length > 0) return { state: 'to do', evidence: todo.join('; ') }
  const main = steps.find(({ part }) => /^(bucket|database|host-1)$/.test(part.id))
  const address = steps.find(({ part }) => part.id === 'address')?.found?.outputs?.address
  const id = main?.found?.id ?? 'as described'
  return { state: 'done', evidence: visible(address === undefined ? id : `${id} at ${address}`) }
}

function isStopped(found: PlanStep['found']): boolean {
  return /^stopp(ed|ing)$/.test(String(found?.facts.state))
}

export const databaseStep = infrastructureStep(
  'database',
  { title: 'RDS PostgreSQL', makes: 'the database, private and encrypted, with its groups and parameters' },
  async file => {
    const { host, port } = readTargetFile(file).database
    return { state: 'done', evidence: `given by address: ${visible(host)}:${port}` }
  },
)

export const bucketStep = infrastructureStep(
  'bucket',
  { title: 'S3 bucket', makes: 'the bucket of the lake, private and encrypted' },
  async file => ({ state: 'done', evidence: `given by address: ${visible(readTargetFile(file).lake.url)}` }),
)

export const hostStep = infrastructureStep(
  'host',
  {
    title: 'EC2 with its IAM role',
    makes: 'the host with its role, key, address and firewall, and the budget that warns',
  },
  async (_, context) => {
    const hosts = await context.hosts()
    if (typeof hosts === 'string') return { state: 'unknown', evidence: hosts }
    const names = hosts.target.hosts.map(({ name, address }) => `${name} ${address}`)
    return { state: 'done', evidence: `given by address: ${visible(names.join(', '))}; the first answers` }
  },
)
