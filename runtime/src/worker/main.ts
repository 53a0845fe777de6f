/** The worker as a process: counts what the log holds, and keeps the tables swept. */
import { createKafka, kafkaSettings } from '../platform/kafka.ts'
import { createPool, postgresSettings } from '../platform/postgres.ts'
import { runService } from '../platform/service.ts'
import { lockTimeoutMs, statementTimeoutMs } from './commit.ts'
import { retentionRules, retentionSettings } from './retention.ts'
import { keepSwept } from './sweep.ts'
import { concurrency, startWorker } from './worker.ts'

const settings = [
  ...kafkaSettings,
  ...postgresSettings,
  ...retentionSettings,
  'WORKER_FLUSH_MS',
  'WORKER_SESSION_MS',
] as const

await runService('worker', settings, async ({ config, log, metrics, starting, fatal }) => {
  // One connection more than batches are stored at once: the sweeper's.
  const pool = createPool(config, {
    name: 'worker',
    max: concurrency + 1,
    statementTimeoutMs,
    lockTimeoutMs,
    log,
  })
  const sweeping = new AbortController()
  const swept = keepSwept({ pool, rules: retentionRules(config), log, signal: sweeping.signal })
  const worker = await startWorker({
    kafka: createKafka(config, { clientId: 'wikiflow-worker', log }),
    ...{ pool, log, registry: metrics, starting, fatal },
    flushMs: config.WORKER_FLUSH_MS,
    sessionMs: config.WORKER_SESSION_MS,
  })
  return {
    readiness: worker.readiness,
    stop: async () => {
      sweeping.abort()
      await worker.stop()
      await swept
      await pool.end()
    },
  }
})
