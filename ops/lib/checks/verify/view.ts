import { z } from 'zod'
import { askedServiceSchema, pipelineViewSchema } from '../../deploy/gates.ts'
import { UserError } from '../../script.ts'

const viewSchema = pipelineViewSchema.extend({
  /** When the database was read, by its own clock. */
  at: z.string(),
  source: z.object({ kind: z.enum(['none', 'live', 'simulated', 'replayed', 'mixed']) }),
  partitions: z.array(z.object({ partition: z.number(), next: z.number() })),
  /** Minutes of the page's window, the last thirty, that have any count. */
  flow: z.object({ minutes: z.number() }),
  lake: z.object({
    last: z.object({ key: z.string(), writtenAt: z.string(), rows: z.number() }).nullable(),
    unwritten: z.object({ ranges: z.number(), oldestSealedAt: z.string().nullable() }),
  }),
  services: z
    .array(askedServiceSchema.extend({ heldRows: z.number().nullable(), perSecond: z.number().nullable() }))
    .nullable(),
})

/** What the dashboard says of the pipeline, as far as it is verified. */
export type View = z.output<typeof viewSchema>
export type AskedService = NonNullable<View['services']>[number]

/** The dashboard's `/api/snapshot`. @throws UserError for what isn't one. */
export function readView(text: string): View {
  try {
    return viewSchema.parse(JSON.parse(text))
  } catch {
    throw new UserError(`the dashboard's /api/snapshot isn't one: ${JSON.stringify(text.slice(0, 80))}`)
  }
}

/** The workers that the dashboard found: `worker-1` here, `worker 1` of a Swarm, `worker` where there is one. */
export function workersIn({ services }: Pick<View, 'services'>): AskedService[] {
  return (services ?? []).filter(({ name }) => /^worker\b/.test(name))
}

/** How old an event is by the database's clock, in s; undefined where there is none. */
export function newestAgeS({ at, counted }: Pick<View, 'at' | 'counted'>): number | undefined {
  return counted.newestEventAt === null ? undefined : secondsBetween(counted.newestEventAt, at)
}

/** Seconds from one ISO time to another, at least 0. */
export function secondsBetween(from: string, to: string): number {
  return Math.max(0, (Date.parse(to) - Date.parse(from)) / 1_000)
}
