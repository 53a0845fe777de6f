/** Which wiki a server is: its project, and its language where it has one. */
export type WikiIdentity = { project: string; language: string | null }

/** Projects with an edition a language, by their domain. */
const editions = new Set([
  'wikipedia',
  'wiktionary',
  'wikibooks',
  'wikinews',
  'wikiquote',
  'wikisource',
  'wikiversity',
  'wikivoyage',
])

/** Wikis of their own under wikimedia.org; the others there are chapters and committees. */
const ownProjects = new Set([
  'commons',
  'meta',
  'species',
  'incubator',
  'outreach',
  'wikitech',
  'foundation',
  'wikimania',
])

/** Subdomains that look like a language code and aren't one. */
const noLanguage = new Set(['www', 'test', 'test2', 'beta', 'nostalgia', 'ten', 'thankyou'])

/** Language codes of the editions: `en`, `simple`, `be-tarask`, `zh-min-nan`. */
const languageCode = /^[a-z]{2,}(-[a-z]+)*$/

/**
 * Identifies a wiki by its server's name, mobile or not: `en.wikipedia.org` is wikipedia in en,
 * `www.wikidata.org` is wikidata without a language, `ua.wikimedia.org` is a chapter's, project wikimedia.
 * A server that isn't Wikimedia's is project `other`.
 */
export function wikiIdentity(serverName: string): WikiIdentity {
  const labels = serverName
    .toLowerCase()
    .split('.')
    .filter(label => label !== 'm')
  if (labels.length < 2 || labels.length > 3 || labels.at(-1) !== 'org')
    return { project: 'other', language: null }
  const domain = labels.at(-2) ?? ''
  const name = labels.length === 3 ? (labels[0] ?? '') : ''
  if (editions.has(domain)) {
    const language = languageCode.test(name) && !noLanguage.has(name) ? name : null
    return { project: domain, language }
  }
  if (domain === 'wikimedia') return { project: ownProjects.has(name) ? name : 'wikimedia', language: null }
  if (['wikidata', 'mediawiki', 'wikifunctions'].includes(domain)) return { project: domain, language: null }
  return { project: 'other', language: null }
}
