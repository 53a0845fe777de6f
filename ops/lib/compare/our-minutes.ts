/** A minute in ms. */
export const minuteMs = 60_000

/** A part of all events; what is left out of it is everything. */
export type Part = {
  wikis?: readonly string[]
  types?: readonly string[]
  bots?: 'without' | 'only'
}

/** Events of one wiki and type, of bots or of others, by minute. Wiki `*` is all that stand for themselves in no cell. */
export type Cell = { wiki: string; type: string; isBot: boolean; counts: Float64Array }

/** Our counts: `minutes` of them from `fromMs` on, by minute of the event's own time. */
export type OurMinutes = {
  fromMs: number
  minutes: number
  cells: readonly Cell[]
  /** Events in all, and those that came into the log more than a minute after they happened. */
  processed: Float64Array
  late: Float64Array
  /** Servers of the wikis that are told apart, such as en.wikipedia.org, by their database names. */
  servers: ReadonlyMap<string, string>
}

/** The events of a part, by minute. */
export function countsOf(ours: OurMinutes, part: Part): Float64Array {
  const sum = new Float64Array(ours.minutes)
  for (const { wiki, type, isBot, counts } of ours.cells) {
    if (part.wikis && !part.wikis.includes(wiki)) continue
    if (part.types && !part.types.includes(type)) continue
    if (part.bots && isBot !== (part.bots === 'only')) continue
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (counts[i] ?? 0)
  }
  return sum
}

/** A part in words, to stand behind `counts only`. */
export function partInWords({ wikis, types, bots }: Part): string {
  const list = (names: readonly string[]) =>
    names.length > 4 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ')
  const what = types ? `events of type ${list(types)}` : 'events'
  const of = wikis ? ` of ${list(wikis)}` : ''
  const by = bots === 'without' ? ' without those of bots' : bots === 'only' ? ' of bots' : ''
  return `${what}${of}${by}`
}

/** Adds the counts of a time up, so that any stretch of it is a subtraction. Within a minute events are evenly spread. */
export type Cumulative = { fromMs: number; sums: Float64Array }

/** @param counts by minute, from `fromMs` on. */
export function cumulate(fromMs: number, counts: Float64Array): Cumulative {
  const sums = new Float64Array(counts.length + 1)
  for (let i = 0; i < counts.length; i++) sums[i + 1] = (sums[i] ?? 0) + (counts[i] ?? 0)
  return { fromMs, sums }
}

/** Events between two times, in ms; NaN where the counts don't reach. */
export function eventsBetween(cumulative: Cumulative, from: number, to: number): number {
  return upTo(cumulative, to) - upTo(cumulative, from)
}

function upTo({ fromMs, sums }: Cumulative, ms: number): number {
  const at = (ms - fromMs) / minuteMs
  const whole = Math.floor(at)
  const before = sums[whole]
  if (before === undefined) return Number.NaN
  if (at === whole) return before
  return before + ((sums[whole + 1] ?? Number.NaN) - before) * (at - whole)
}
