import { z } from 'zod'

/**
 * What each kind of process says of itself, as far as the screen shows it; a field that is missing or of another
 * shape is left out.
 */
const said = z.object({
  state: z.string().optional().catch(undefined),
  eventsPerSecond: z.number().optional().catch(undefined),
  queued: z.number().optional().catch(undefined),
  partitions: z
    .array(z.union([z.number(), z.object({ partition: z.number() }).transform(({ partition }) => partition)]))
    .optional()
    .catch(undefined),
  lag: z.coerce.number().optional().catch(undefined),
  counted: z.object({ events: z.number(), dead: z.number() }).optional().catch(undefined),
  objects: z.number().optional().catch(undefined),
  held: z.object({ rows: z.number() }).optional().catch(undefined),
  last: z.object({ key: z.string() }).optional().catch(undefined),
  topics: z.number().optional().catch(undefined),
  connections: z.number().optional().catch(undefined),
  viewers: z.number().optional().catch(undefined),
  url: z.string().optional().catch(undefined),
})

/** One line for the screen from a process's own detail; undefined when there is nothing to say. */
export function describe(detail: Record<string, unknown>): string | undefined {
  const { state, eventsPerSecond, queued, partitions, lag, counted, objects, held, last, ...rest } =
    said.parse(detail)
  const parts = [
    state,
    eventsPerSecond !== undefined && `${count(eventsPerSecond)} events/s`,
    queued ? `${count(queued)} queued` : undefined,
    lag !== undefined && partitions !== undefined && `partitions ${partitions.join(' ') || 'none'}`,
    lag !== undefined && `lag ${count(lag)}`,
    counted && `${count(counted.events)} counted${counted.dead ? `, ${count(counted.dead)} dead` : ''}`,
    objects !== undefined && `${count(objects)} files written`,
    held && `${count(held.rows)} rows held`,
    last && `last ${last.key.split('/').at(-1)}`,
    rest.topics !== undefined && `${count(rest.topics)} topic${rest.topics === 1 ? '' : 's'}`,
    rest.connections !== undefined && `${count(rest.connections)} connections`,
    rest.viewers !== undefined && `${count(rest.viewers)} viewer${rest.viewers === 1 ? '' : 's'}`,
    rest.url,
  ]
  return parts.filter(Boolean).join(' · ') || undefined
}

const format = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })
const count = (value: number) => format.format(value)
