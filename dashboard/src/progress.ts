import { type PositionRow } from './queries/position.ts'
import { staleAfterS } from './schema.ts'

/** The partitions of the cluster that was counted last: rows of one that was replaced stay in the table. */
export function newestCluster(positions: readonly PositionRow[]): PositionRow[] {
  const newest = latest(positions.map(position => position.countedAt))
  const cluster = positions.find(position => position.countedAt === newest)?.clusterId
  return positions.filter(position => position.clusterId === cluster)
}

/**
 * When the newest event happened, among the events that the partitions counted last. Partitions that stand still
 * while others count are passed over: yesterday's live events must not hide the replay that runs now.
 */
export function newestEventOf(positions: readonly PositionRow[]): Date | null {
  const newest = latest(positions.map(position => position.countedAt))
  if (!newest) return null
  const active = positions.filter(
    ({ countedAt }) => newest.getTime() - countedAt.getTime() <= staleAfterS * 1_000,
  )
  return latest(active.flatMap(({ newestEventAt: at }) => at ?? []))
}

/** The latest of some times; null for none. */
export function latest(times: readonly Date[]): Date | null {
  return times.reduce<Date | null>((newest, time) => (newest && newest >= time ? newest : time), null)
}
