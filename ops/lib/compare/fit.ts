import { type Aligner, type Model, medianRatio, misfit, plainModel, total } from './model.ts'
import { minuteMs, type Part } from './our-minutes.ts'

const quarterMs = 15 * minuteMs

/** Clocks on Earth are at most 14 hours from UTC (Kiribati), in steps of quarters of an hour (Nepal). */
export const mostShiftMs = 14 * 60 * minuteMs

/** How far from the plain model's the times of an event may lie, in seconds; and the steps, each around the best of the one before. */
const delaysS = { from: -120, to: 600, steps: [10, 1] }

/** With fewer windows, chance alone would find a time zone or a part that fits. */
export const leastWindows = 10

/** A model replaces a simpler one when its misfit is at most so much of that one's. */
const clearly = { shift: 0.5, part: 0.25, delay: 0.8 }

/** A window that is further off than this share is so for another reason than that some of its events moved. */
const mostMoved = 0.3

/** The model that was found, and whether no other time zone fits as well. */
export type Fitted = { model: Model; isZoneSure: boolean }

/** Below this misfit there is nothing to explain. */
const negligible = 1e-4

/** What of all events an old pipeline may have counted, the simplest first. */
export type Choices = { parts: readonly Part[]; hasRepeatedRows: boolean }

/** Parts for which the course of the day is like that of the one counted: enough to find a time zone with. */
const courseParts: readonly Part[] = [
  {},
  { bots: 'without' },
  { types: ['edit'] },
  { types: ['edit', 'new'] },
  { types: ['edit'], bots: 'without' },
]

/**
 * Finds the model that comes closest to the old counts, the simpler one where two do: the time zone by the course of
 * the counts, then which events were counted, how often, and by which of their times.
 * @throws nothing; where nothing fits it is the plain model, or close to it.
 */
export function fitModel(align: Aligner, { parts, hasRepeatedRows }: Choices): Fitted {
  const readings: Model['rows'][] = hasRepeatedRows ? ['sum', 'largest'] : ['sum']
  const found = fitShift(align, parts, readings)
  let model: Model = { ...plainModel, shiftMs: found.shiftMs }
  // Each is found the better the nearer the other is.
  for (let turn = 0; turn < 2; turn++) {
    model = fitPart(align, { ...plainModel, shiftMs: model.shiftMs, delayMs: model.delayMs }, parts, readings)
    model = fitDelay(align, model)
  }
  return { model, isZoneSure: found.isZoneSure }
}

function fitShift(
  align: Aligner,
  parts: readonly Part[],
  readings: readonly Model['rows'][],
): { shiftMs: number; isZoneSure: boolean } {
  const course = [...courseParts, ...parts.filter(({ wikis, types, bots }) => wikis && !types && !bots)]
  const tried: { model: Model; windows: number; misfit: number }[] = []
  for (let shiftMs = -mostShiftMs; shiftMs <= mostShiftMs; shiftMs += quarterMs) {
    for (const rows of readings) {
      for (const part of course) {
        const model = { ...plainModel, shiftMs, part, rows }
        const aligned = align(model)
        if (aligned.old.length < leastWindows) break
        tried.push({ model, windows: aligned.old.length, misfit: misfit(aligned, true) })
      }
    }
  }
  const most = Math.max(0, ...tried.map(({ windows }) => windows))
  const best = lowest(tried.filter(({ windows }) => windows >= most / 2))
  if (!best) return { shiftMs: 0, isZoneSure: true }
  // Where the course is so even that several zones fit, the likeliest is that of most windows, or of whole hours.
  const good = tried.filter(one => one.windows >= most / 2 && one.misfit * clearly.shift <= best.misfit)
  const [likeliest = best] = good.sort(
    (a, b) => oddness(a.model) - oddness(b.model) || b.windows - a.windows || a.misfit - b.misfit,
  )
  const { shiftMs } = likeliest.model
  return { shiftMs, isZoneSure: good.every(({ model }) => model.shiftMs === shiftMs) }
}

/** No shift is the simplest; few places on Earth have other than whole hours. */
function oddness({ shiftMs }: Model): number {
  if (shiftMs === 0) return 0
  return shiftMs % (4 * quarterMs) === 0 ? 1 : shiftMs % (2 * quarterMs) === 0 ? 2 : 3
}

function fitPart(
  align: Aligner,
  from: Model,
  parts: readonly Part[],
  readings: readonly Model['rows'][],
): Model {
  const once = readings.flatMap(rows => parts.map(part => ({ ...from, part, rows })))
  const likeliest = once
    .map(model => ({ model, misfit: misfit(align(model), true) }))
    .sort((a, b) => a.misfit - b.misfit)
    .slice(0, mostReshaped)
  const often = likeliest.flatMap(({ model }) => shapes.map(shape => ({ ...model, ...shape })))
  const tried = [...once, ...often].map(model => ({ model, misfit: misfit(align(model)) }))
  const best = lowest(tried)
  if (!best) return from
  const good = Math.max(best.misfit / clearly.part, best.misfit + negligible)
  const [simplest] = tried
    .filter(one => one.misfit <= good)
    .sort((a, b) => complexity(a.model) - complexity(b.model) || a.misfit - b.misfit)
  return (simplest ?? best).model
}

/** Of so many parts, those whose course is nearest, it is tried whether each event counts more than once. */
const mostReshaped = 8

/** Every event twice or three times throughout; or in windows that overlap. */
const shapes: readonly Pick<Model, 'times' | 'span'>[] = [
  { times: 2, span: 1 },
  { times: 3, span: 1 },
  ...[2, 3, 5, 6, 10, 12, 15, 30, 60].map(span => ({ times: 1, span })),
]

function complexity({ part, times, span, rows }: Model): number {
  const { wikis, types, bots } = part
  return [wikis, types, bots, times > 1, span > 1, rows === 'largest'].filter(Boolean).length
}

/** By the course alone, in windows that are not far off: what is lower throughout, for late events say, is not moved. */
function fitDelay(align: Aligner, from: Model): Model {
  const model = { ...from, delayMs: 0 }
  const plain = align(model)
  const ratio = medianRatio(plain)
  const near = plain.starts.filter((_, i) => {
    const expected = ratio * (plain.expected[i] ?? 0)
    return Math.abs((plain.old[i] ?? 0) - expected) <= mostMoved * expected
  })
  const kept = new Set(near.length * 2 >= plain.starts.length ? near : plain.starts)
  const misfitAt = (delayMs: number): number => {
    const aligned = align({ ...model, delayMs })
    const indexes = aligned.starts.flatMap((start, i) => (kept.has(start) ? [i] : []))
    if (indexes.length * 2 < kept.size) return 1
    const old = total(indexes.map(i => aligned.old[i] ?? 0))
    const expected = total(indexes.map(i => aligned.expected[i] ?? 0))
    const factor = expected > 0 ? old / expected : 1
    const off = indexes.map(i => Math.abs((aligned.old[i] ?? 0) - factor * (aligned.expected[i] ?? 0)))
    return total(off) / Math.max(old, 1)
  }
  const unmoved = misfitAt(0)
  if (unmoved <= negligible) return model
  let best = { s: 0, misfit: unmoved }
  let range = delaysS
  for (const step of delaysS.steps) {
    for (let s = range.from; s <= range.to; s += step) {
      const found = misfitAt(s * 1_000)
      if (found < best.misfit) best = { s, misfit: found }
    }
    range = { ...delaysS, from: best.s - step, to: best.s + step }
  }
  return best.misfit <= unmoved * clearly.delay ? { ...model, delayMs: best.s * 1_000 } : model
}

function lowest<T extends { misfit: number }>(tried: readonly T[]): T | undefined {
  return tried.reduce<T | undefined>(
    (best, one) => (best && best.misfit <= one.misfit ? best : one),
    undefined,
  )
}
