import { fileURLToPath } from 'node:url'
import express, { type ErrorRequestHandler, type Express } from 'express'
import { z } from 'zod'
import { BusyError, type ChangeFeed } from './change-feed.ts'
import { securityHeaders } from './headers.ts'
import { type Poll } from './poll.ts'
import { problemOf } from './problem.ts'
import { type Snapshot, snapshotSchema } from './schema.ts'
import { type Stream } from './stream.ts'

const publicDir = fileURLToPath(new URL('../public', import.meta.url))

const filterSchema = z.object({
  // PostgreSQL's text takes no U+0000, so no wiki is called that.
  wiki: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[^\0]*$/)
    .optional(),
  bots: z.enum(['show', 'hide']).default('show'),
})

/** What the page and its API are made from. */
export type AppDeps = {
  poll: Pick<Poll<Snapshot>, 'current'>
  stream: Stream
  changes: ChangeFeed
  /** Told of errors that a viewer gets only in general words. */
  onError: (error: unknown) => void
}

/** The dashboard's HTTP side: the page, `/api/snapshot`, `/api/stream`, `/api/changes`, `/api/schema`, `/healthz`. */
export function createApp(deps: AppDeps): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.use((request, response, next) => {
    response.set(securityHeaders)
    if (request.method === 'GET' || request.method === 'HEAD') next()
    else
      response
        .set('Allow', 'GET, HEAD')
        .status(405)
        .json({ error: `${request.method} is not offered; use GET` })
  })
  app.get('/healthz', (_request, response) => {
    response.type('text').send('ok\n')
  })
  app.use('/api', (_request, response, next) => {
    response.set('Cache-Control', 'no-store')
    next()
  })
  app.get('/api/snapshot', async (_request, response) => {
    response.json(await deps.poll.current())
  })
  app.get('/api/schema', (_request, response) => {
    response.json(z.toJSONSchema(snapshotSchema))
  })
  app.get('/api/changes', async (request, response) => {
    const filter = filterSchema.safeParse(request.query)
    if (!filter.success) {
      const error =
        'allowed: wiki, a database name such as enwiki of at most 64 characters; bots, show or hide'
      response.status(400).json({ error })
      return
    }
    const { wiki, bots } = filter.data
    response.json({ changes: await deps.changes({ wiki: wiki ?? null, hideBots: bots === 'hide' }) })
  })
  app.get('/api/stream', (request, response) => {
    if (request.method === 'HEAD') {
      response.type('text/event-stream').end()
    } else if (!deps.stream.open(response)) {
      const error = `${deps.stream.viewers()} pages are open, which is as many as one dashboard serves: try again later`
      response.set('Retry-After', '30').status(503).json({ error })
    }
  })
  app.use(
    express.static(publicDir, {
      cacheControl: false,
      setHeaders: response => response.setHeader('Cache-Control', 'no-cache'),
    }),
  )
  app.use((_request, response) => {
    response.status(404).json({ error: 'there is no such page; the dashboard is at /' })
  })
  app.use(asJson(deps.onError))
  return app
}

function asJson(onError: (error: unknown) => void): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error)
    if (!(error instanceof BusyError)) onError(error)
    response.set('Retry-After', '2').status(503)
    response.json({ error: error instanceof BusyError ? error.message : problemOf(error) })
  }
}
