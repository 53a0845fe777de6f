import { type Readiness } from '../platform/health.ts'
import { type Assignment } from './assignment.ts'
import { type Lag } from './lag.ts'

/** A lag older than this, in ms, counts as unknown. */
const lagUnknownMs = 20_000

/** Connected, assigned (be it nothing), and the lag of all that is assigned known and fresh. */
export function readinessOf(
  assignment: Assignment | undefined,
  lag: Lag | undefined,
  counted: { events: number; dead: number },
  nowMs: number,
): Readiness {
  if (!assignment) return { ready: false, reason: 'not in the group yet', detail: { counted } }
  const partitions = assignment.partitions.map(partition => ({
    partition,
    next: assignment.positions().get(partition)?.next.toString() ?? null,
    lag: lag?.byPartition.get(partition)?.toString() ?? null,
  }))
  const total = [...(lag?.byPartition.values() ?? [])].reduce((sum, records) => sum + records, 0n)
  const detail = { partitions, lag: total.toString(), counted }
  if (partitions.some(({ next }) => next === null)) {
    return { ready: false, reason: 'the stored offsets are not known yet', detail }
  }
  if (!lag || nowMs - lag.atMs > lagUnknownMs || partitions.some(partition => partition.lag === null)) {
    return { ready: false, reason: 'the lag is not known', detail }
  }
  return { ready: true, detail }
}
