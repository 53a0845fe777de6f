import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { z } from 'zod'
import { type Service } from './schema.ts'

/** A service whose `/readyz` the page shows. */
export type ServiceAddress = { name: string; url: URL }

/** A service that hasn't answered after this long, in ms, is shown as unreachable. */
const answerMs = 1_500

/** A count, as a number or as the text of a bigint; anything else is not known. */
const amount = z
  .union([z.number(), z.string().regex(/^\d+$/).transform(Number)])
  .nullable()
  .catch(null)

/** What workers, lake and ingest say of themselves; anything else in it is passed over. */
const readySchema = z.object({
  ready: z.boolean(),
  reason: z.string().nullable().catch(null),
  detail: z
    .object({
      partitions: z
        .array(z.union([z.int(), z.object({ partition: z.int() }).transform(({ partition }) => partition)]))
        .nullable()
        .catch(null),
      lag: amount,
      held: z.object({ rows: amount }).nullable().catch(null),
      eventsPerSecond: amount,
    })
    .partial()
    .catch({}),
})

/** Asks all services at once how they are. Never throws: a service that can't be asked is `unreachable`. */
export async function askServices(services: readonly ServiceAddress[]): Promise<Service[]> {
  const replicas = (await Promise.all(services.map(replicasOf))).flat()
  return Promise.all(replicas.map(askService))
}

/** One name may stand for several replicas (Swarm's `tasks.worker`): each address is asked. */
async function replicasOf({ name, url }: ServiceAddress): Promise<ServiceAddress[]> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host)) return [{ name, url }]
  const found = await lookup(host, { all: true, family: 4 }).catch(() => [])
  if (found.length < 2) return [{ name, url }]
  return found
    .map(({ address }) => address)
    .sort()
    .map((address, index) => ({
      name: `${name} ${index + 1}`,
      url: Object.assign(new URL(url), { hostname: address }),
    }))
}

async function askService({ name, url }: ServiceAddress): Promise<Service> {
  try {
    const response = await fetch(new URL('/readyz', url), {
      signal: AbortSignal.timeout(answerMs),
      redirect: 'error',
    })
    const { ready, reason, detail } = readySchema.parse(await response.json())
    return {
      name,
      state: ready ? 'ready' : 'not ready',
      reason,
      partitions: detail.partitions?.toSorted((one, other) => one - other) ?? null,
      lag: detail.lag ?? null,
      heldRows: detail.held?.rows ?? null,
      perSecond: detail.eventsPerSecond ?? null,
    }
  } catch (error) {
    const unknown = { partitions: null, lag: null, heldRows: null, perSecond: null }
    return { name, state: 'unreachable', reason: reasonOf(error), ...unknown }
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no answer'
  if (error.name === 'TimeoutError') return `no answer within ${answerMs} ms`
  if (error.name === 'ZodError' || error.name === 'SyntaxError')
    return 'its /readyz is not a readiness answer'
  const code = error.cause instanceof Error && 'code' in error.cause ? ` (${String(error.cause.code)})` : ''
  return `no connection${code}`
}
