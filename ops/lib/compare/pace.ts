import { total } from './model.ts'

/** Windows next to each other, from index `from` up to before `to`. */
export type Stretch = { from: number; to: number }

/** How far two series leave their own pace in a stretch, in logarithms: 0 is not at all, 0.69 twice, −0.69 half of it. */
export type Departures = {
  old: number
  expected: number
  /** How far the expected counts depart by chance, where nothing differs: a standard deviation. */
  wander: number
}

/** One end of a stretch: windows at it, inside and beside. */
type End = { inside: number[]; beside: number[] }

/** Counts wander over hours by a factor of two: the nearest windows tell the pace best, so many on either side. */
const nearest = 3
/** Windows further away than this tell it no more. */
const reach = 10
/** Such a share of a normal distribution lies within so many standard deviations. The rare bursts tell as well as the rest. */
const quantiles: readonly [share: number, deviations: number][] = [
  [0.9, 1.645],
  [0.99, 2.576],
]
/** Places further away than so many windows are of another time of the day. */
const furthest = 250
/** Counts that have wandered less than this so far still may. */
const leastWander = 0.03
/** Where fewer places tell, counts are taken to wander by as much as those of a busy stream do from minute to minute. */
const fewPlaces = 10
const usualWander = 0.15

/**
 * Compares two series in a stretch with the nearest windows beside it that agree, each with itself.
 * @param differs by window, whether the two series differ in it.
 * @returns undefined where no window near the stretch agrees; one in which nothing happened tells no pace.
 */
export function departuresIn(
  { old, expected }: { old: readonly number[]; expected: readonly number[] },
  differs: readonly boolean[],
  stretch: Stretch,
): Departures | undefined {
  const ends = endsOf(stretch, i => differs[i] === false && (expected[i] ?? 0) > 0)
  if (ends.length === 0) return undefined
  return {
    old: departure(old, ends),
    expected: departure(expected, ends),
    wander: wanderOf(expected, differs, drawnTogether(ends, stretch)),
  }
}

/** The ends of a stretch that have windows beside them; of a long one, what lies in the middle is left out. */
function endsOf({ from, to }: Stretch, tellsPace: (index: number) => boolean): End[] {
  const telling = (start: number, step: number) =>
    Array.from({ length: reach }, (_, i) => start + i * step)
      .filter(tellsPace)
      .slice(0, nearest)
  const inside = Array.from({ length: to - from }, (_, i) => from + i)
  return [
    { inside: inside.slice(0, nearest), beside: telling(from - 1, -1) },
    { inside: inside.slice(-nearest), beside: telling(to, 1) },
  ].filter(({ beside }) => beside.length > 0)
}

/** The ends as those of a shorter stretch, which has its like in more places: what is in the middle doesn't count. */
function drawnTogether(ends: readonly End[], { from, to }: Stretch): End[] {
  const by = Math.max(0, to - from - 2 * nearest)
  const back = (indexes: readonly number[]) => indexes.map(i => i - by)
  return ends.map(end =>
    end.inside.at(-1) === to - 1 ? { inside: back(end.inside), beside: back(end.beside) } : end,
  )
}

/** @param by so many windows further on. */
function departure(counts: readonly number[], ends: readonly End[], by = 0): number {
  // Half an event more, for none has no logarithm.
  const level = (indexes: readonly number[]) =>
    Math.log(0.5 + total(indexes.map(i => counts[i + by] ?? 0)) / indexes.length)
  return total(ends.map(({ inside, beside }) => level(inside) - level(beside))) / ends.length
}

/** How far the counts depart in windows placed alike, wherever none of them differs. */
function wanderOf(counts: readonly number[], differs: readonly boolean[], ends: readonly End[]): number {
  const indexes = ends.flatMap(({ inside, beside }) => [...inside, ...beside])
  const least = Math.max(-Math.min(...indexes), -furthest)
  const most = Math.min(counts.length - 1 - Math.max(...indexes), furthest)
  const found: number[] = []
  for (let by = least; by <= most; by++) {
    if (!indexes.some(i => differs[i + by])) found.push(Math.abs(departure(counts, ends, by)))
  }
  found.sort((a, b) => a - b)
  const deviations = quantiles.map(
    ([share, deviation]) => (found[Math.floor(share * found.length)] ?? 0) / deviation,
  )
  return Math.max(...deviations, found.length < fewPlaces ? usualWander : leastWander)
}
