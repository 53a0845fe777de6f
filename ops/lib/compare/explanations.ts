import { type Aligned, type Model, median, total } from './model.ts'
import { type OldSeries } from './old-counts.ts'
import { minuteMs, partInWords } from './our-minutes.ts'
import { type Rest } from './rest.ts'
import { type Run, type RunKind } from './runs.ts'
import { clock, count, percent, plural, stretch, zone } from './words.ts'

/** What accounts for a part of the difference. */
export type Explanation = {
  kind:
    | 'time zone'
    | 'part'
    | 'counted several times'
    | 'overlapping windows'
    | 'running counts'
    | 'canaries'
    | 'ends of windows'
    | 'another time'
    | 'repeated'
    | 'lost'
    | 'caught up'
    | 'cut off'
    | 'late'
  /** Events that the old pipeline has more for it; fewer, where it is negative. */
  events: number
  /** What is so, with its numbers, in a sentence without a full stop. */
  says: string
  /** Where, in UTC: the largest stretches, with their events. */
  where?: { from: string; to: string; events: number }[]
}

/** All that was found. `plain` … `expected` are our events in the compared windows as the models of them grow. */
export type Findings = {
  series: OldSeries
  model: Model
  isZoneSure: boolean
  aligned: Aligned
  runs: readonly Run[]
  rest: Rest
  lateShare: number
  /** Old events with all rows summed, canaries included. */
  oldTotal: number
  sums: { plain: number; part: number; shape: number; expected: number }
  /** Misfits of simpler models, for evidence: without the shift (undefined where nothing overlaps), all events, no delay. */
  misfits: { found: number; unshifted: number | undefined; whole: number; undelayed: number }
}

/** Explanations that a run is shown as, at most this many stretches each. */
const mostStretches = 5

/** The explanations, each with the events it accounts for; with what is unexplained they add up to the difference. */
export function explanationsOf(found: Findings): Explanation[] {
  return [
    ...zoneOf(found),
    ...partOf(found),
    ...timesOf(found),
    ...timeOf(found),
    ...rowsOf(found),
    ...runsOf(found),
    ...lateOf(found),
  ]
}

function zoneOf({ model, isZoneSure, misfits }: Findings): Explanation[] {
  if (model.shiftMs === 0) return []
  const without =
    misfits.unshifted === undefined
      ? 'as they stand, none of its minutes is one of ours'
      : `most windows differ by ${percent(misfits.unshifted)} as the times stand, by ${percent(misfits.found)} in that zone`
  const hours = zone(model.shiftMs)
  const doubt = isZoneSure ? '' : '; the counts are so even that others fit too, this is the likeliest'
  return [
    {
      kind: 'time zone',
      events: 0,
      says: `its times are those of UTC${hours}, not of UTC: ${without}${doubt}`,
    },
  ]
}

function partOf({ model, sums, misfits }: Findings): Explanation[] {
  if (Object.keys(model.part).length === 0) return []
  const says = `it counts ${partInWords(model.part)} alone: with all events most windows differ by ${percent(misfits.whole)}, with these by ${percent(misfits.found)}`
  return [{ kind: 'part', events: sums.part - sums.plain, says }]
}

function timesOf({ model, sums, series }: Findings): Explanation[] {
  const events = sums.shape - sums.part
  const every = plural(series.everyMs / minuteMs, 'minute')
  if (model.times > 1) {
    const says = `it counts every event ${model.times === 2 ? 'twice' : `${model.times} times`}, from beginning to end: two readers of one topic, or a sink that is written twice`
    return [{ kind: 'counted several times', events, says }]
  }
  if (model.span > 1) {
    const length = plural((model.span * series.lengthMs) / minuteMs, 'minute')
    const says = `its windows are ${length} long and one begins every ${every}: each event is in ${model.span} of them`
    return [{ kind: 'overlapping windows', events, says }]
  }
  if (series.lengthMs === series.everyMs) return []
  const says = `its windows are ${plural(series.lengthMs / minuteMs, 'minute')} long and one begins every ${every}; those that don't overlap were compared`
  return [{ kind: 'overlapping windows', events: 0, says }]
}

function timeOf({ model, sums, series, misfits, rest }: Findings): Explanation[] {
  const events = sums.expected - sums.shape
  const { delayMs } = model
  if (delayMs === series.lengthMs && misfits.found <= misfits.undelayed / 10) {
    return [
      { kind: 'ends of windows', events, says: 'its times are the ends of windows, not their beginnings' },
    ]
  }
  if (delayMs === 0 && !rest.isMoved) return []
  const evidence = rest.isMoved
    ? `single windows differ by ${percent(rest.scatter)}, but added up they run apart by no more than ${plural(rest.drift, 'event')}`
    : `most windows differ by ${percent(misfits.found)} for it, instead of ${percent(misfits.undelayed)}`
  const says =
    delayMs > 0
      ? `it counts an event about ${delayMs / 1_000} s after it happened, when it was processed: ${evidence}`
      : delayMs < 0
        ? `it counts by a time about ${-delayMs / 1_000} s before meta.dt, such as the field timestamp: ${evidence}`
        : `it counts events in a window next to ours, none is missing for it: ${evidence}`
  // What is on its way at the beginning and at the end.
  return [{ kind: 'another time', events: events + (rest.isMoved ? rest.net : 0), says }]
}

function rowsOf({ model, aligned, oldTotal }: Findings): Explanation[] {
  const canaries = total(aligned.canaries)
  const running = oldTotal - canaries - total(aligned.old)
  const found: Explanation[] = []
  if (model.rows === 'largest' && running !== 0) {
    const says =
      'several of its rows are of the same window, each with the count so far: the largest is the count, the others came with updates'
    found.push({ kind: 'running counts', events: running, says })
  }
  if (canaries > 0) {
    const says = "it counts the source's own test events (domain canary)"
    found.push({ kind: 'canaries', events: canaries, says })
  }
  return found
}

const runWords: Record<Exclude<RunKind, 'unknown'>, [Explanation['kind'], (windows: string) => string]> = {
  repeated: [
    'repeated',
    windows => `${windows} hold more than ours, which go on evenly: counted again after a restart`,
  ],
  lost: ['lost', windows => `${windows} are empty or short, while ours go on evenly: lost in a standstill`],
  'caught-up': [
    'caught up',
    windows => `in ${windows} it stood still, then counted what had gathered in the wrong windows`,
  ],
  edge: ['cut off', windows => `${windows} at its beginning or end hold a part of their time`],
}

function runsOf({ runs, aligned }: Findings): Explanation[] {
  return Object.entries(runWords).flatMap(([kind, [shown, says]]) => {
    const these = runs.filter(run => run.kind === kind)
    if (these.length === 0) return []
    const windows = total(these.map(({ from, to }) => to - from))
    const largest = [...these].sort((a, b) => Math.abs(b.events) - Math.abs(a.events)).slice(0, mostStretches)
    const where = largest.map(run => stretchOf(aligned, run))
    const list = where.map(({ from, to }) => stretch(from, to)).join(', ')
    const more = these.length > where.length ? ` and ${these.length - where.length} more` : ''
    const ratio = ratioOf(aligned, these)
    return [
      {
        kind: shown,
        events: total(these.map(run => run.events)),
        says: `${says(plural(windows, 'window'))}${kind === 'repeated' ? ` (${ratio} × ours)` : ''}: ${list}${more}`,
        where,
      },
    ]
  })
}

function ratioOf({ old, expected }: Aligned, runs: readonly Run[]): string {
  const ratios = runs.flatMap(({ from, to }) =>
    old.slice(from, to).map((events, i) => events / Math.max(expected[from + i] ?? 0, 1)),
  )
  return median(ratios).toFixed(2)
}

function stretchOf({ starts, lengthMs }: Aligned, { from, to, events }: Run) {
  const end = (starts[to - 1] ?? 0) + lengthMs
  return { from: clock(starts[from] ?? 0), to: clock(end), events: Math.round(events) }
}

function lateOf({ rest, lateShare }: Findings): Explanation[] {
  if (!rest.isLate) return []
  const says = `it drops late events: it is lower by ${percent(-rest.net / rest.expected)} throughout, and ${percent(lateShare)} of ours (${count(lateShare * rest.expected)}) came more than a minute after they happened`
  return [{ kind: 'late', events: rest.net, says }]
}
