/** A topic, or one partition of it, that a request is about; neither for a request about something else. */
export type Target = { topic?: string; partition?: number }

type Partition = number | { index: number }
type Part = { name: string; partitions?: unknown }

const isPart = (value: unknown): value is Part =>
  typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string'

function partsOf(message: object): readonly Part[] {
  return 'topics' in message && Array.isArray(message.topics) ? message.topics.filter(isPart) : []
}

/** The partitions that are named; undefined where the topic as such is meant, or only their number is given. */
function partitionsOf(part: Part): readonly Partition[] | undefined {
  return Array.isArray(part.partitions) ? part.partitions : undefined
}

const targetOf = ({ name }: Part, partition: Partition): Target => ({
  topic: name,
  partition: typeof partition === 'number' ? partition : partition.index,
})

/** All that a request is about. In every API of ours topics stand in `topics`, their partitions in `partitions`. */
export function targetsOf(request: object): Target[] {
  return partsOf(request).flatMap(
    part => partitionsOf(part)?.map(partition => targetOf(part, partition)) ?? [{ topic: part.name }],
  )
}

/** The request with only those of its topics and partitions for which `wanted` holds. */
export function narrowed<Request extends object>(
  request: Request,
  wanted: (target: Target) => boolean,
): Request {
  const topics = partsOf(request).flatMap((part): Part[] => {
    const named = partitionsOf(part)
    if (!named) return wanted({ topic: part.name }) ? [part] : []
    const partitions = named.filter(partition => wanted(targetOf(part, partition)))
    return partitions.length > 0 ? [{ ...part, partitions }] : []
  })
  return { ...request, topics }
}

/** One answer out of two to the parts of a request. */
export function merged<Response extends object>(one: Response, other: Response): Response {
  return { ...one, topics: [...partsOf(one), ...partsOf(other)] }
}
