import { normal, randomOf, uses } from './random.ts'

/** So many events share one stretch of the stream; its length in time is exactly theirs at the mean rate. */
export const stretch = 1024
const slices = 16

/** How much the rate differs from one sixteenth of a stretch to the next, as the deviation of its logarithm. */
const unevenness = 0.35

const cached = new Map<string, Float64Array>()

/**
 * When the 1,024 events from number `from` on happen: ascending fractions of their stretch, in [0, 1). Random within
 * sixteen slices that are faster and slower, so that at 37.4 events/s some seconds have 60 and about 2 % of neighbours
 * share a millisecond, as measured live.
 */
export function happenings(seed: number, from: number): Float64Array {
  const key = `${seed}/${from}`
  const known = cached.get(key)
  if (known) return known
  const drawn = draw(seed, from)
  if (cached.size >= 8) cached.delete(cached.keys().next().value ?? '')
  cached.set(key, drawn)
  return drawn
}

function draw(seed: number, from: number): Float64Array {
  const random = randomOf(seed, from, uses.pace)
  const lengths = Array.from({ length: slices }, () => Math.exp(normal(random, 0, unevenness)))
  const total = lengths.reduce((sum, length) => sum + length)
  const times = new Float64Array(stretch)
  let began = 0
  lengths.forEach((length, slice) => {
    const share = length / total
    const inSlice = times.subarray((slice * stretch) / slices, ((slice + 1) * stretch) / slices)
    for (let i = 0; i < inSlice.length; i++) inSlice[i] = began + random() * share
    inSlice.sort()
    began += share
  })
  return times
}
