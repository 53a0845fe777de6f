import { type Pool } from 'pg'
import { type Registry } from 'prom-client'
import { type Logger } from '../../runtime/src/platform/log.ts'
import { type Running } from '../../runtime/src/platform/service.ts'
import { createChangeFeed } from './change-feed.ts'
import { createConnectionCheck } from './connection-check.ts'
import { listen } from './listen.ts'
import { createDashboardMetrics } from './metrics.ts'
import { createPoll } from './poll.ts'
import { createRate } from './rate.ts'
import { createReader } from './reading.ts'
import { type Snapshot } from './schema.ts'
import { createApp } from './server.ts'
import { askServices, type ServiceAddress } from './services.ts'
import { buildSnapshot, countedTotal } from './snapshot.ts'
import { createStream } from './stream.ts'

/** What all pages together cost the database: one reading every so many ms while one of them is looked at. */
const pollMs = 2_000

/** The rate of counting is the mean over this long, in ms: workers write in bursts of up to 2 s. */
const rateMs = 30_000

/** A dashboard that is open: its address, what it says of itself, and how it ends. */
export type Dashboard = Running & { url: string }

/**
 * Opens the dashboard on a pool of the reader's connections.
 * @throws ConfigError when it can't listen. A database that is away is waited for.
 */
export async function openDashboard(options: {
  pool: Pool
  log: Logger
  metrics: Registry
  host: string
  port: number
  services: readonly ServiceAddress[] | undefined
}): Promise<Dashboard> {
  const { pool, log, metrics } = options
  const read = createReader(pool)
  const rate = createRate(rateMs)
  const check = createConnectionCheck(pool, log)
  const load = async (): Promise<Snapshot> => {
    try {
      const [reading, services] = await Promise.all([
        read(),
        options.services ? askServices(options.services) : null,
      ])
      check.passed()
      const counted = rate(reading.now.getTime(), countedTotal(reading.positions))
      return buildSnapshot(reading, counted, services)
    } catch (error) {
      check.failed(error)
      throw error
    }
  }
  const poll = createPoll(load, pollMs)
  const stream = createStream(poll)
  const changes = createChangeFeed(pool, poll)
  const app = createApp({ poll, stream, changes, onError: check.failed })
  const { server, url } = await listen(app, options.host, options.port)
  check.start()
  createDashboardMetrics(metrics, stream)

  return {
    url,
    readiness: () => ({ ...check.readiness(), detail: { url, viewers: stream.viewers() } }),
    stop: async () => {
      check.stop()
      const closed = new Promise<void>(resolve => server.close(() => resolve()))
      stream.close()
      server.closeIdleConnections()
      setTimeout(() => server.closeAllConnections(), 1_000).unref()
      await closed
      await pool.end()
    },
  }
}
