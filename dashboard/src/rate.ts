/** What was counted per second, over how many seconds; null until there are two readings to compare. */
export type Rate = { perSecond: number | null; overS: number }

/**
 * Measures how fast a total grows, over the readings of the last `overMs`. A gap longer than that (nobody was
 * watching) or a total that shrank (another cluster's) starts it anew.
 */
export function createRate(overMs: number): (atMs: number, total: number) => Rate {
  let readings: { atMs: number; total: number }[] = []
  return (atMs, total) => {
    const last = readings.at(-1)
    if (last && (total < last.total || atMs - last.atMs > overMs)) readings = []
    readings = [...readings.filter(reading => atMs - reading.atMs <= overMs), { atMs, total }]
    const [first] = readings
    const seconds = first ? (atMs - first.atMs) / 1_000 : 0
    return { perSecond: first && seconds > 0 ? (total - first.total) / seconds : null, overS: seconds }
  }
}
