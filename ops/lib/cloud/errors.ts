import { UserError } from '../script.ts'
import { billingInWords } from './failures/billing.ts'
import { credentialsInWords } from './failures/credentials.ts'
import { callInWords, type Failure, failureOf, type InWords } from './failures/failure.ts'
import { limitsInWords } from './failures/limits.ts'
import { networkInWords } from './failures/network.ts'
import { permissionInWords } from './failures/permission.ts'
import { placeInWords } from './failures/place.ts'

/** In this order: a page of a proxy can have any status, and the names of limits are the widest. */
const kinds: readonly InWords[] = [
  credentialsInWords,
  networkInWords,
  billingInWords,
  permissionInWords,
  placeInWords,
  limitsInWords,
  otherInWords,
]

/** An error of AWS, or of the way to it, as a sentence with what to do next; undefined for any other error. */
export function inWords(error: unknown): UserError | undefined {
  if (error instanceof UserError) return error
  const failure = failureOf(error)
  if (!failure) return undefined
  for (const kind of kinds) {
    const sentence = kind(failure)
    if (sentence) return new UserError(sentence, { cause: error })
  }
  return undefined
}

/** What to print of any error: the sentence where there is one, its own message otherwise. */
export function sentenceOf(error: unknown): string {
  return (inWords(error) ?? (error instanceof Error ? error : new Error(String(error)))).message
}

function otherInWords(failure: Failure): string {
  const { name, message, status = 0, requestId } = failure
  const id = requestId ? `, request ${requestId}` : ''
  const said = message && !/^Unknown(Error)?$/.test(message) ? `${name}: ${message}` : name
  return status >= 500
    ? `AWS itself failed at ${callInWords(failure)}, repeatedly (${said}${id}): run the same command again in a minute; https://health.aws.amazon.com shows known trouble`
    : `AWS refused ${callInWords(failure)} (${said}${id})`
}
