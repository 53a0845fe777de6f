import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { type Host } from '../host/host.ts'
import { UserError } from '../script.ts'

/** What the dashboard says of a service that it asks. */
export const askedServiceSchema = z.object({
  name: z.string(),
  state: z.string(),
  reason: z.string().nullable(),
  partitions: z.array(z.number()).nullable(),
  lag: z.number().nullable(),
})

/** What the dashboard says of the pipeline, as far as a deploy goes by it. */
export const pipelineViewSchema = z.object({
  state: z.string(),
  counted: z.object({
    total: z.number(),
    perSecond: z.number().nullable(),
    newestEventAt: z.string().nullable(),
  }),
  services: z.array(askedServiceSchema).nullable(),
})

/** What the dashboard says of the pipeline (the part that is used). */
export type PipelineView = z.output<typeof pipelineViewSchema>

/** How long services may take until all are ready, in ms: a group of new workers shares its partitions anew. */
const usualMs = 120_000
const pollMs = 1_000

const fetchPage = `exec curl --silent --show-error --fail --max-time 10 "http://127.0.0.1:$1$2"`

/** What the dashboard of a stack says. @throws UserError when it doesn't answer. */
export async function readPipeline(host: Host, port: string): Promise<PipelineView> {
  const text = await dashboardPage(host, port, '/api/snapshot')
  const parsed = pipelineViewSchema.safeParse(parse(text))
  if (!parsed.success) throw new UserError(`the dashboard's /api/snapshot isn't one: ${text.slice(0, 80)}`)
  return parsed.data
}

/** Services that are not all ready, in words; undefined when all are. */
export function notReady({ services }: PipelineView, workers: number): string | undefined {
  if (!services) return 'the dashboard asks no service (SERVICE_URLS is not set)'
  const behind = services.filter(({ state }) => state !== 'ready')
  if (behind.length > 0) {
    return behind
      .map(({ name, state, reason }) => `${name} is ${state}${reason ? ` (${reason})` : ''}`)
      .join('; ')
  }
  const found = services.filter(({ name }) => /^worker\b/.test(name)).length
  return found === workers ? undefined : `${found} of ${workers} workers answer`
}

/**
 * Waits until every service says on `/readyz` that it does its job, then looks at the page as a reader does.
 * @throws UserError that names what isn't ready, or what of the page is missing.
 */
export async function passGates(options: {
  host: Host
  port: string
  workers: number
  /** Left out, two minutes. */
  patienceMs?: number
  say(what: string): void
  signal: AbortSignal
}): Promise<PipelineView> {
  const { host, port, workers, patienceMs = usualMs } = options
  const until = Date.now() + patienceMs
  for (let last = ''; ; await sleep(pollMs)) {
    options.signal.throwIfAborted()
    const found = await ask(host, port, workers)
    if (typeof found !== 'string') return found
    if (Date.now() > until) throw new UserError(`not ready after ${patienceMs / 1_000} s: ${found}`)
    if (found !== last) options.say(found)
    last = found
  }
}

/** What the dashboard says once all is ready and its page is one; until then, what isn't. */
async function ask(host: Host, port: string, workers: number): Promise<PipelineView | string> {
  try {
    const view = await readPipeline(host, port)
    const behind = notReady(view, workers)
    if (behind !== undefined) return behind
    const html = await dashboardPage(host, port, '/')
    return /<title>/i.test(html) ? view : "the dashboard's page is no page"
  } catch (error) {
    if (error instanceof UserError) return error.message
    throw error
  }
}

/** A page of the dashboard, asked for on its own host. @throws UserError when it doesn't answer. */
export async function dashboardPage(host: Host, port: string, path: string): Promise<string> {
  const { code, stdout, stderr } = await host.run(fetchPage, [port, path], { timeoutMs: 20_000 })
  if (code !== 0) throw new UserError(`the dashboard doesn't answer on port ${port}: ${stderr.trim()}`)
  return stdout
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
