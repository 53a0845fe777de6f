import { runSimulation } from '@cloud-copilot/iam-simulate'
import { type Policy } from './iam-policy.ts'

/** A request to AWS as IAM weighs it. */
export type IamRequest = { action: string; resource: string; context?: Record<string, string> }

const account = '123456789012'

/**
 * What IAM says to a request of a role that has this policy, worked out by a simulator that knows every action.
 * @param bucketPolicy the policy on the bucket that is asked, if there is one.
 * @throws Error when action, resource or policy don't exist in AWS as written.
 */
export async function decide(
  identity: Policy,
  { action, resource, context = {} }: IamRequest,
  bucketPolicy?: Policy,
): Promise<'allowed' | 'denied'> {
  const outcome = await runSimulation(
    {
      request: {
        principal: `arn:aws:iam::${account}:role/tested`,
        action,
        resource: { resource, accountId: account },
        contextVariables: context,
      },
      identityPolicies: [{ name: 'tested', policy: identity }],
      resourcePolicy: bucketPolicy,
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  )
  if (outcome.resultType === 'error') {
    throw new Error(`${action} on ${resource}: ${JSON.stringify(outcome.errors)}`)
  }
  return outcome.overallResult === 'Allowed' ? 'allowed' : 'denied'
}
