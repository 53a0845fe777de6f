import { type OldCounts } from './old-counts.ts'
import { type OurMinutes, type Part } from './our-minutes.ts'

/** Types by which old pipelines are known to filter; ours counts five. */
const typeSets: readonly (readonly string[] | undefined)[] = [
  undefined,
  ['edit'],
  ['edit', 'new'],
  ['new'],
  ['log'],
  ['categorize'],
  ['edit', 'new', 'log'],
  ['edit', 'log'],
  ['edit', 'new', 'log', 'external'],
  ['edit', 'new', 'categorize', 'external'],
  ['edit', 'new', 'categorize'],
]
/** Those that are tried for each single wiki. */
const typeSetsOfWiki: readonly (readonly string[] | undefined)[] = [undefined, ['edit'], ['edit', 'new']]
const botSets: readonly Part['bots'][] = [undefined, 'without', 'only']

/** Of more wikis than this a list means nothing: they are all. */
const mostWikis = 200

/** What the old pipeline may have counted of the events: as its columns say, otherwise what such pipelines filter by. */
export function possibleParts(old: OldCounts, ours: OurMinutes): Part[] {
  const parts: Part[] = []
  for (const wikis of wikiSets(old, ours)) {
    for (const types of typesOf(old, ours, wikis ? typeSetsOfWiki : typeSets)) {
      for (const bots of botsOf(old)) {
        parts.push({ ...(wikis && { wikis }), ...(types && { types }), ...(bots && { bots }) })
      }
    }
  }
  return parts
}

/** Names of wikis and servers that ours must tell apart, for the old table has no others; none where it has them all. */
export function namedWikis({ values: { wiki } }: OldCounts): string[] {
  const names = [...(wiki?.keys() ?? [])].filter(name => name !== 'canary' && name !== '')
  return names.length > mostWikis ? [] : names
}

function wikiSets(old: OldCounts, ours: OurMinutes): (readonly string[] | undefined)[] {
  const named = new Set(namedWikis(old))
  if (named.size > 0) {
    const wikis = [...ours.servers].flatMap(([wiki, server]) =>
      named.has(wiki) || named.has(server) ? [wiki] : [],
    )
    const isAll = wikis.length > 0 && !ours.cells.some(({ wiki }) => !wikis.includes(wiki))
    // Of a column that isn't a wiki's after all, nothing is known.
    if (wikis.length > 0) return isAll ? [undefined] : [undefined, wikis]
  }
  if (old.values.wiki && old.values.wiki.size > mostWikis) return [undefined]
  return [undefined, ...[...ours.servers.keys()].map(wiki => [wiki])]
}

function typesOf(
  { values }: OldCounts,
  ours: OurMinutes,
  guesses: readonly (readonly string[] | undefined)[],
): readonly (readonly string[] | undefined)[] {
  if (!values.type) return guesses
  const all = [...new Set(ours.cells.map(({ type }) => type))]
  const there = all.filter(type => values.type?.has(type))
  return there.length === 0 || there.length === all.length ? [undefined] : [undefined, there]
}

function botsOf({ values }: OldCounts): readonly Part['bots'][] {
  if (!values.bot) return botSets
  const [yes, no] = [/^(t|true|1|y|yes|bot)$/i, /^(f|false|0|n|no|human|user)$/i].map(pattern =>
    [...(values.bot?.keys() ?? [])].some(value => pattern.test(value)),
  )
  if (yes === no) return [undefined]
  return [undefined, yes ? 'only' : 'without']
}
