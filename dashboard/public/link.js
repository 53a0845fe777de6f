// @ts-check
import { isolated, make } from './dom.js'

/** The domains of Wikimedia's wikis: an event that names another server gets no link. */
const wikimedia =
  /^([a-z0-9-]+\.)+(wikipedia|wiktionary|wikibooks|wikinews|wikiquote|wikisource|wikiversity|wikivoyage|wikidata|wikimedia|mediawiki|wikifunctions)\.org$/

/**
 * A page's title, as a link to it where its server is known to be one of Wikimedia's.
 * @param {string | null} serverName
 * @param {string} title
 */
export function pageLink(serverName, title) {
  const name = isolated(title || '(no title)', 'clip')
  if (!title || !serverName || !wikimedia.test(serverName)) return name
  const link = make('a', '', name)
  link.href = `https://${serverName}/wiki/${encodeURIComponent(title.replaceAll(' ', '_').toWellFormed())}`
  link.target = '_blank'
  link.rel = 'noreferrer'
  return link
}

/**
 * A wiki as its address says: `en.wikipedia`; its database name where no server is known.
 * @param {{ wiki: string, serverName: string | null }} wiki
 */
export function wikiName({ wiki, serverName }) {
  return isolated(serverName?.replace(/^www\./, '').replace(/\.org$/, '') || wiki)
}

const languages = new Intl.DisplayNames('en', { type: 'language', fallback: 'code' })

/**
 * A wiki in words: `Chechen Wikipedia`; as its address says where it has no language.
 * @param {import('../src/schema.ts').Snapshot['wikis'][number]} wiki
 */
export function wikiTitle(wiki) {
  const { project, language } = wiki
  if (!project || !language) return wikiName(wiki)
  return isolated(`${languageName(language)} ${project.slice(0, 1).toUpperCase()}${project.slice(1)}`)
}

/** Some of the wikis' codes are no language tags: they stand for themselves. @param {string} code */
function languageName(code) {
  try {
    return languages.of(code) ?? code
  } catch {
    return code
  }
}
