import { topic } from '../../../runtime/src/contract.ts'
import { type PipelineView } from '../deploy/gates.ts'

/** Why the log's partitions aren't shared out among all workers, in words; undefined when they are. */
export function notSharedOut({ services }: Pick<PipelineView, 'services'>): string | undefined {
  const workers = (services ?? []).filter(({ name }) => /^worker\b/.test(name))
  const held = workers.flatMap(({ partitions }) => partitions ?? [])
  const idle = workers.filter(({ partitions }) => !partitions?.length)
  if (new Set(held).size < topic.partitions) {
    return `${new Set(held).size} of ${topic.partitions} partitions have a worker`
  }
  if (held.length > topic.partitions) return 'workers hold a partition twice: they are sharing them out anew'
  return idle.length > 0 ? `${idle.length} of ${workers.length} workers have no partition yet` : undefined
}
