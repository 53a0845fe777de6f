import runtime from '../../package.json' with { type: 'json' }
import { ConfigError } from '../platform/config.ts'

/** Hosts whose operators require a contact: https://foundation.wikimedia.org/wiki/Policy:User-Agent_policy */
const wikimediaHost = /(^|\.)(wikimedia|wikipedia|wikidata)\.org$/

/**
 * `wikiflow/<version> (<contact>) node/<version>`, without the parentheses where no contact is set.
 * @throws ConfigError for a Wikimedia host without a contact.
 */
export function userAgentFor(url: URL, contact: string | undefined): string {
  if (contact === undefined && wikimediaHost.test(url.hostname)) {
    throw new ConfigError(
      `WIKIFLOW_CONTACT is not set, and ${url.hostname} refuses readers that don't say who they are; ` +
        'set it to an e-mail address or the URL of a page about you, or SOURCE_URL to a local source',
    )
  }
  const comment = contact === undefined ? '' : ` (${contact})`
  return `wikiflow/${runtime.version}${comment} node/${process.versions.node}`
}
