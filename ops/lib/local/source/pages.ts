import { phrasesOf } from './phrases.ts'
import { between, byWeight, chance, pick, type Random, randomOf, rank, uses } from './random.ts'
import { type Wiki } from './wikis.ts'

export type Page = { namespace: number; title: string }

/** How many pages a wiki has here: enough for a long tail, few enough that some are edited again and again. */
const pagesPerWiki = 200_000

const namespaces = byWeight([
  [0, 82],
  [1, 3],
  [2, 4],
  [3, 4],
  [4, 3],
  [10, 2],
  [14, 2],
] as const)

const commonsNamespaces = byWeight([
  [6, 88],
  [14, 8],
  [3, 2],
  [0, 2],
] as const)

const wikidataNamespaces = byWeight([
  [0, 96],
  [146, 2],
  [120, 1],
  [4, 1],
] as const)

/** A page that somebody edits. */
export function pickPage(random: Random, wiki: Wiki): Page {
  if (wiki.project === 'commons') return pageOf(wiki, commonsNamespaces(random), rank(random, pagesPerWiki))
  if (wiki.project === 'wikidata') return pageOf(wiki, wikidataNamespaces(random), rank(random, pagesPerWiki))
  return pageOf(wiki, namespaces(random), rank(random, pagesPerWiki))
}

/** A category page, namespace 14. */
export function pickCategory(random: Random, wiki: Wiki): Page {
  return pageOf(wiki, 14, rank(random, 5_000))
}

/** A page that gets into, or out of, a category: a file on Commons, an article elsewhere. */
export function pickMember(random: Random, wiki: Wiki): Page {
  return pageOf(wiki, wiki.project === 'commons' ? 6 : 0, rank(random, pagesPerWiki))
}

/** The wiki's page of that number in that namespace, always the same one. */
function pageOf(wiki: Wiki, namespace: number, number: number): Page {
  return { namespace, title: `${prefix(wiki, namespace)}${name(wiki, namespace, number)}` }
}

function prefix(wiki: Wiki, namespace: number): string {
  const { talk, user, userTalk, template, category } = phrasesOf(wiki.language).namespaces
  switch (namespace) {
    case 1:
      return `${talk}:`
    case 2:
      return `${user}:`
    case 3:
      return `${userTalk}:`
    case 4:
      return 'Project:'
    case 6:
      return 'File:'
    case 10:
      return `${template}:`
    case 14:
      return `${category}:`
    case 120:
      return 'Property:'
    case 146:
      return 'Lexeme:'
    default:
      return ''
  }
}

const fileEndings = ['jpg', 'jpg', 'jpg', 'JPG', 'png', 'svg', 'ogg', 'pdf', 'webm'] as const

function name(wiki: Wiki, namespace: number, number: number): string {
  const random = randomOf(number, namespace, uses.page)
  if (wiki.project === 'wikidata') {
    if (namespace === 0) return `Q${between(random, 1, 130_000_000)}`
    if (namespace === 120) return `P${between(random, 1, 13_000)}`
    if (namespace === 146) return `L${between(random, 1, 1_400_000)}`
  }
  const { words, editor } = phrasesOf(wiki.language)
  if (namespace === 2 || namespace === 3) return `${editor}${number + 10}`
  if (wiki.project === 'wiktionary') return `${pick(random, words).toLowerCase()}${number || ''}`
  const subject = Array.from({ length: between(random, 1, mostWords(namespace)) }, () =>
    pick(random, words),
  ).join(' ')
  if (namespace === 6) {
    const taken = between(random, 1850, 2026)
    return `${subject} - ${taken}, ${number} (${between(random, 1, 9)} of 9).${pick(random, fileEndings)}`
  }
  return chance(random, 0.2) ? `${subject} (${number})` : `${subject} ${number}`
}

/** File names are sentences, often; categories are longer than articles. */
function mostWords(namespace: number): number {
  if (namespace === 6) return 13
  return namespace === 14 ? 9 : 5
}
