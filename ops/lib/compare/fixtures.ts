import { type OldCounts, type OldWindow } from './old-counts.ts'
import { type Cell, minuteMs, type OurMinutes } from './our-minutes.ts'

/** When the invented counts begin, ms since 1970. */
export const beginMs = Date.parse('2026-11-20T08:00:00Z')

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** How busy wikis and types are, in events a minute; the stream's mixture, more or less. */
const rates: readonly [wiki: string, type: string, isBot: boolean, rate: number][] = [
  ['*', 'edit', false, 260],
  ['*', 'edit', true, 120],
  ['*', 'categorize', false, 380],
  ['*', 'log', false, 60],
  ['*', 'new', false, 25],
  ['commonswiki', 'edit', false, 210],
  ['commonswiki', 'categorize', false, 500],
  ['enwiki', 'edit', false, 130],
  ['enwiki', 'edit', true, 12],
  ['enwiki', 'new', false, 8],
  ['wikidatawiki', 'edit', true, 400],
  ['wikidatawiki', 'edit', false, 180],
]

/** Counts as ours could be: each wiki and type goes up and down on its own. */
export function inventedOurs(minutes: number, seed = 1): OurMinutes {
  const random = chance(seed)
  const cells: Cell[] = rates.map(([wiki, type, isBot, rate]) => {
    let busy = 1
    const counts = Float64Array.from({ length: minutes }, () => {
      busy = Math.min(2, Math.max(0.5, busy * (0.85 + 0.3 * random())))
      return Math.round(rate * busy * (0.9 + 0.2 * random()))
    })
    return { wiki, type, isBot, counts }
  })
  const processed = Float64Array.from({ length: minutes }, (_, i) =>
    cells.reduce((sum, { counts }) => sum + (counts[i] ?? 0), 0),
  )
  return {
    fromMs: beginMs,
    minutes,
    cells,
    processed,
    late: processed.map(events => Math.round(events * 0.004)),
    servers: new Map([
      ['commonswiki', 'commons.wikimedia.org'],
      ['enwiki', 'en.wikipedia.org'],
      ['wikidatawiki', 'www.wikidata.org'],
    ]),
  }
}

/** Ours, where something happened to the counts of some minutes. */
export function damaged(ours: OurMinutes, damage: (counts: Float64Array) => unknown): OurMinutes {
  const cells = ours.cells.map(cell => ({ ...cell, counts: cell.counts.slice() }))
  for (const { counts } of cells) damage(counts)
  return { ...ours, cells }
}

/** A damage: so many minutes, from one on, hold so many times their events. */
export function multiply(times: number, minutes: number, at: number) {
  return (counts: Float64Array) => {
    for (let i = at; i < at + minutes; i++) counts[i] = Math.round((counts[i] ?? 0) * times)
  }
}

/** Old counts by the minute, as a list from `fromMs` on; an undefined one has no row. */
export function oldOf(
  counts: readonly (number | undefined)[],
  fromMs = beginMs,
  everyMs = minuteMs,
): OldCounts {
  const windows = new Map<number, OldWindow>()
  counts.forEach((sum, i) => {
    if (sum !== undefined) windows.set(fromMs + i * everyMs, windowOf(sum))
  })
  return { source: 'an invented table', windows, values: {} }
}

/** A window of one row. */
export function windowOf(sum: number): OldWindow {
  return { sum, largest: sum, repeated: 0, canaries: 0 }
}
