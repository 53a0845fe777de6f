import { UserError } from '../script.ts'
import { type Target } from './target.ts'

/** Hosts that refuse who names no contact (https://foundation.wikimedia.org/wiki/Policy:User-Agent_policy). */
const wikimedia = /(^|\.)(wikimedia|wikipedia|wikidata)\.org$/

/**
 * Checks, before anything is shipped, that the source will have the pipeline.
 * @throws UserError when it is Wikimedia's and nobody is named who reads it.
 */
export function assertContact({ variables }: Pick<Target, 'variables'>): void {
  const { SOURCE_URL: url, WIKIFLOW_CONTACT: contact } = variables
  const isWikimedia = url === undefined || (URL.canParse(url) && wikimedia.test(new URL(url).hostname))
  if (!isWikimedia || contact) return
  throw new UserError(
    "it isn't said who reads Wikimedia's stream, which its hosts require: set pipeline.contact in wikiflow.config.ts, or source.contact in the target's file, to your e-mail address or a page about you",
  )
}
