import { type EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2'
import pRetry from 'p-retry'
import { UserError } from '../../script.ts'
import { type LaunchRequest, launchToken } from './host-request.ts'

/** IAM's profiles and roles reach EC2 some seconds late, at times more than a minute. */
const propagationMs = 120_000

/** EC2's words for an instance profile that IAM has and EC2 doesn't yet know, or knows without its role. */
const unknownProfile = /Invalid IAM Instance Profile (name|ARN)|has no associated IAM Roles/i

/** How many hosts of the same parameters may have been launched and terminated within EC2's memory of tokens. */
const generations = 20

/**
 * Launches a host, once: repeated with the same parameters, EC2 answers with the host that it has launched.
 * @throws UserError when EC2 knows the token with other parameters; AWS's errors as they are.
 */
export async function launch(
  ec2: EC2Client,
  request: LaunchRequest,
  say: (progress: string) => void,
): Promise<void> {
  for (let generation = 0; generation < generations; generation++) {
    const command = new RunInstancesCommand({ ...request, ClientToken: launchToken(request, generation) })
    try {
      await whenProfileIsKnown(() => ec2.send(command), say)
      return
    } catch (error) {
      const name = error instanceof Error ? error.name : ''
      // The host of this token is gone: a new one takes the next.
      if (name === 'IdempotentInstanceTerminated') continue
      if (name !== 'IdempotentParameterMismatch') throw error
      throw new UserError(
        'EC2 remembers this launch with other parameters (IdempotentParameterMismatch): look in the EC2 console for an instance that has just been started, and run the same command again',
        { cause: error },
      )
    }
  }
  throw new UserError(
    `EC2 remembers ${generations} hosts like this one that were terminated: run the same command tomorrow, or change something of the host in wikiflow.config.ts`,
  )
}

/** Repeats a call, later each time and with jitter, while EC2 doesn't know the instance profile it names. */
export function whenProfileIsKnown<T>(call: () => Promise<T>, say: (progress: string) => void): Promise<T> {
  return pRetry(call, {
    retries: Number.POSITIVE_INFINITY,
    maxRetryTime: propagationMs,
    minTimeout: 1_000,
    maxTimeout: 15_000,
    factor: 1.6,
    randomize: true,
    shouldRetry: ({ error }) => unknownProfile.test(error.message),
    onFailedAttempt: ({ error }) => {
      if (unknownProfile.test(error.message))
        say('waiting for IAM: EC2 does not know the instance profile yet')
    },
  })
}
