import { isDeepStrictEqual } from 'node:util'
import { HeadBucketCommand } from '@aws-sdk/client-s3'
import { type Lock } from '../lock/lock.ts'
import { UserError } from '../script.ts'
import { type Applied, applyPlan, type StepEvent } from './apply.ts'
import { type Context } from './context.ts'
import { takeLock } from './lock.ts'
import { missing } from './missing.ts'
import { type Part } from './part.ts'
import { makePlan, type Plan, type PlanOptions, type Step } from './plan.ts'

/** What is to be carried out, as it was shown and agreed to. */
export type Agreed = {
  context: Context
  parts: readonly Part[]
  plan: Plan
  options?: PlanOptions
  /** Named in the lock: `provision`. */
  purpose: string
  onEvent(event: StepEvent): void
}

/**
 * Carries out a plan that was agreed to, under the stack's lock. The lock stands in the stack's own bucket, so a
 * bucket that isn't there yet is made first, and one that is to go goes last. Under the lock the plan is made again: when it says something else by
 * now, nothing is done.
 * @throws UserError when somebody else holds the lock, or the plan has changed.
 */
export async function carryOut(agreed: Agreed): Promise<Applied> {
  const { context, plan, purpose, onEvent } = agreed
  const bucketStep = plan.steps.find(({ part }) => part.id === 'bucket')
  if (bucketStep?.action === 'create') {
    const made = await applyPlan(context.id, { steps: [bucketStep] }, onEvent)
    if (made.failures.length > 0) return { ...made, skipped: othersToDo(plan) }
  }
  const lock = await lockStack(context, purpose)
  let applied: Applied
  try {
    applied = await underLock(agreed, lock)
  } finally {
    await lock?.release()
  }
  if (bucketStep?.action !== 'delete') return applied
  if (applied.failures.length > 0) return { ...applied, skipped: [...applied.skipped, bucketStep] }
  return applyPlan(context.id, { steps: [bucketStep] }, onEvent)
}

async function underLock(
  { context, parts, plan, options, onEvent }: Agreed,
  lock: Lock | undefined,
): Promise<Applied> {
  const now = await makePlan(parts, options)
  if (!isDeepStrictEqual(signature(now), signature(plan))) {
    throw new UserError(
      'AWS changed while the plan was being agreed to, perhaps by another run. Nothing more was done: run the same command again to see the plan as it is now',
    )
  }
  const steps = now.steps.filter(({ part, action }) => part.id !== 'bucket' || action !== 'delete')
  return applyPlan(context.id, { steps }, onEvent, lock?.signal)
}

function othersToDo(plan: Plan): Step[] {
  return plan.steps.filter(({ part, action }) => part.id !== 'bucket' && action !== 'same')
}

/** Without a bucket (it was removed by hand, or purged before the rest) there is no place for a lock. */
async function lockStack({ cloud, names }: Context, purpose: string): Promise<Lock | undefined> {
  const bucket = await missing(cloud.s3.send(new HeadBucketCommand({ Bucket: names.bucket })))
  return bucket && takeLock(cloud.s3, names.bucket, purpose)
}

/** What a plan does, to be held against another; a bucket that was to be made has been made by then. */
function signature({ steps }: Plan) {
  return steps
    .filter(({ part, action }) => part.id !== 'bucket' || action === 'delete')
    .map(({ part, action, found, differences }) => ({ part: part.id, action, found: found?.id, differences }))
}
