import { byWeight, type Random } from './random.ts'
import { cewiki, commons, enwiki, tail, type Wiki, wikidata } from './wikis.ts'

/** Of the schema's types all but `external`, which the measured ten minutes did not have. */
export type EventType = 'edit' | 'categorize' | 'log' | 'new'

/** A type, by the shares measured over ten minutes of the live stream in August 2026 (22,415 events). */
export const pickType = byWeight<EventType>([
  ['edit', 0.556],
  ['categorize', 0.377],
  ['log', 0.05],
  ['new', 0.017],
])

/** The k-th wiki of the tail is seen in proportion to k^-0.9: the last of them about once in 6,000 events. */
const pickTail = byWeight(tail.map((wiki, k) => [wiki, (k + 1) ** -0.9] as const))

/**
 * Shares of the large wikis within a type; what is left is the tail's. Chosen so that over all types they come to
 * the measured shares (commons 42.5 %, wikidata 16.5 %, enwiki 9.1 %, cewiki 5.7 %), with few categories on Wikidata.
 */
const largeShares: Record<EventType, readonly (readonly [Wiki, number])[]> = {
  edit: largeWikis(0.2959, 0.2754, 0.0818, 0.0343),
  categorize: largeWikis(0.62, 0.002, 0.1, 0.1),
  log: largeWikis(0.45, 0.12, 0.12, 0.005),
  new: largeWikis(0.25, 0.3, 0.1, 0.005),
}

function largeWikis(onCommons: number, onWikidata: number, onEnwiki: number, onCewiki: number) {
  return [
    [commons, onCommons],
    [wikidata, onWikidata],
    [enwiki, onEnwiki],
    [cewiki, onCewiki],
  ] as const
}

/** A wiki on which an event of that type happens. */
export function pickWiki(random: Random, type: EventType): Wiki {
  let left = random()
  for (const [wiki, share] of largeShares[type]) {
    left -= share
    if (left < 0) return wiki
  }
  return pickTail(random)
}

const tailBotShare = 0.357
const botShares = new Map([
  [commons, 0.38],
  [wikidata, 0.55],
  [enwiki, 0.12],
  [cewiki, 0.95],
])

/** How many of the wiki's events are a bot's; over the stream they come to the measured 41.1 %. */
export function botShare(wiki: Wiki): number {
  return botShares.get(wiki) ?? tailBotShare
}

/** Whether the wiki's edits say if they were patrolled; among the Wikipedias only some use that. */
export function patrols(wiki: Wiki): boolean {
  return wiki.project !== 'wikipedia' || ['fr', 'no', 'da', 'nl', 'vi', 'cs', 'zh'].includes(wiki.language)
}
