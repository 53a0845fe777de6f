import { topic } from '../../../../runtime/src/contract.ts'
import { type Check, type Outcome } from '../check.ts'
import { type PipelineContext } from './context.ts'
import { type AskedService, workersIn } from './view.ts'

/** Whether each partition has one worker, and each worker its share. */
export const partitionsCheck: Check<Pick<PipelineContext, 'pipeline' | 'view'>> = {
  id: 'partitions',
  title: 'partitions',
  looksAt: `${topic.partitions} partitions over all workers: none twice, none left out, shares equal by one`,
  needs: ['page'],
  run: async ({ pipeline, view }) => {
    const { workers, commands } = await pipeline()
    const outcome = judgePartitions(workersIn(await view()), workers)
    return outcome.state === 'ok' ? outcome : { ...outcome, fix: commands.logs('worker') }
  },
}

/** Who counts which partitions. @param wanted how many workers there should be. */
export function judgePartitions(
  workers: readonly Pick<AskedService, 'name' | 'partitions'>[],
  wanted: number,
): Outcome {
  const owners = new Map<number, string[]>()
  for (const { name, partitions } of workers) {
    for (const id of partitions ?? []) owners.set(id, [...(owners.get(id) ?? []), name])
  }
  const ids = Array.from({ length: topic.partitions }, (_, id) => id)
  const free = ids.filter(id => !owners.has(id))
  const twice = [...owners].filter(([, names]) => names.length > 1)
  const unknown = [...owners.keys()].filter(id => !ids.includes(id))
  const troubles = [
    ...(workers.length === wanted ? [] : [`${workers.length} of ${wanted} workers answer`]),
    ...(free.length > 0 ? [`nobody counts ${inWords(free)}`] : []),
    ...twice.map(([id, names]) => `partition ${id} is counted by ${names.join(' and ')}`),
    ...(unknown.length > 0 ? [`there should be no ${inWords(unknown)}`] : []),
  ]
  if (troubles.length > 0) return { state: 'failed', found: troubles.join('\n') }
  const shares = workers.map(({ partitions }) => partitions?.length ?? 0)
  const found = `${topic.partitions} over ${wanted} ${wanted === 1 ? 'worker' : 'workers'}: ${shares.join(' + ')}`
  if (Math.max(...shares) - Math.min(...shares) <= 1) return { state: 'ok', found }
  return { state: 'warning', found: `${found}, which is uneven` }
}

/** `partition 3`, `partitions 0, 4, 8`. */
export function inWords(ids: readonly number[]): string {
  return `${ids.length === 1 ? 'partition' : 'partitions'} ${ids.toSorted((a, b) => a - b).join(', ')}`
}
