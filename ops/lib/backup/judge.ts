import { type Manifest } from './manifest.ts'

/** What a database has counted, or sealed for the lake: the next offset of each partition. */
export type Counted = { clusterId: string; partition: number; next: number }

/** Partitions that are named in a sentence; the others are a number. */
const named = 3

/**
 * Why a backup of a log shouldn't be put beside a database: for each reason, what would happen. Empty when it fits.
 * @param counted all offsets that the database has stored, of whatever cluster; none of an empty database.
 */
export function objections(manifest: Manifest, stack: string, counted: readonly Counted[]): string[] {
  const { clusterId } = manifest
  const others = [...new Set(counted.map(one => one.clusterId))].filter(id => id !== clusterId)
  const past = pastEnd(manifest, counted)
  return [
    ...(manifest.stack === stack ? [] : [`it is of the stack ${manifest.stack}, not of ${stack}`]),
    ...(others.length === 0
      ? []
      : [
          `it is the log of cluster ${clusterId}, but the database has counted the log of ${others.join(', ')}: workers and lake would refuse to start`,
        ]),
    ...(past.length === 0
      ? []
      : [
          `the database has counted past its end, in ${listed(past)}: workers and lake would stop there, for what they have counted isn't in the log. Bring the database back to a moment before ${manifest.time} first, or start with an empty one`,
        ]),
  ]
}

function pastEnd({ clusterId, ends }: Manifest, counted: readonly Counted[]): string[] {
  const endOf = new Map(ends.map(({ partition, end }) => [partition, end]))
  const furthest = new Map<number, number>()
  for (const one of counted) {
    if (one.clusterId !== clusterId) continue
    furthest.set(one.partition, Math.max(one.next, furthest.get(one.partition) ?? 0))
  }
  return [...furthest]
    .filter(([partition, next]) => next > (endOf.get(partition) ?? 0))
    .sort(([a], [b]) => a - b)
    .map(([partition, next]) => `partition ${partition} (${next} against ${endOf.get(partition) ?? 0})`)
}

function listed(texts: readonly string[]): string {
  const rest = texts.length - named
  return `${texts.slice(0, named).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}
