import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { z } from 'zod'
import { type Service } from './schema.ts'

/** A service whose `/readyz` the page shows. */
export type ServiceAddress = { name: string; url: URL }

/** A service that hasn't answered after this long, in ms, is shown as unreachable. */
const answerMs = 800

/** What a service says of itself; anything else in it is passed over. */
const readySchema = z.object({
  ready: z.boolean(),
  reason: z.string().optional(),
  detail: z
    .object({
      partitions: z.array(z.int()).optional().catch(undefined),
      lag: z.number().optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
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
  const unknown = { name, partitions: null, lag: null }
  try {
    const response = await fetch(new URL('/readyz', url), {
      signal: AbortSignal.timeout(answerMs),
      redirect: 'error',
    })
    const { ready, reason, detail } = readySchema.parse(await response.json())
    return {
      name,
      state: ready ? 'ready' : 'not ready',
      reason: reason ?? null,
      partitions: detail?.partitions ?? null,
      lag: detail?.lag ?? null,
    }
  } catch (error) {
    return { ...unknown, state: 'unreachable', reason: reasonOf(error) }
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
