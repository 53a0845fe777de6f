import { inWords } from '../cloud/errors.ts'
import { visible } from '../cloud/fact-text.ts'
import { failureOf } from '../cloud/failures/failure.ts'
import { networkInWords } from '../cloud/failures/network.ts'
import { ConnectionLost, Unreachable } from '../host/ssh-failure.ts'
import { type Probed } from './step.ts'

/**
 * What an error says of the step that was looked at: `unknown` for what may pass by itself (the network, AWS's own
 * troubles, a host that is away), `blocked` for what a person has to mend, in the sentence that says how.
 */
export function judgeError(error: unknown): Probed {
  const sentence = inWords(error)
  const said = error instanceof Error ? error.message || error.name : String(error)
  return {
    state: sentence && !mayPass(error) ? 'blocked' : 'unknown',
    // A description with several mistakes has a line for each.
    evidence: (sentence?.message ?? said).split('\n').map(visible).join('\n'),
  }
}

function mayPass(error: unknown): boolean {
  if (error instanceof Unreachable || error instanceof ConnectionLost) return true
  const failure = failureOf(error)
  return failure !== undefined && (networkInWords(failure) !== undefined || (failure.status ?? 0) >= 500)
}
