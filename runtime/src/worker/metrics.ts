import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { type Counted } from '../events/aggregate.ts'

/** The worker's metrics, registered once a process. */
export type WorkerMetrics = ReturnType<typeof createMetrics>

/** Upper bounds of the delay from event to count, in seconds: those of `flow_minute`. */
const delayBuckets = [1, 2, 5, 10, 30, 60, 300]

export function createMetrics(registry: Registry) {
  const registers = [registry]
  return {
    records: new Counter({
      name: 'wikiflow_worker_records_total',
      help: 'Records stored by this process, as events or as dead letters',
      labelNames: ['result'],
      registers,
    }),
    deadLetters: new Counter({
      name: 'wikiflow_worker_dead_letters_total',
      help: 'Dead letters stored by this process, by reason',
      labelNames: ['reason'],
      registers,
    }),
    repaired: new Counter({
      name: 'wikiflow_worker_repaired_total',
      help: 'Events whose text held U+0000 or a lone surrogate',
      registers,
    }),
    delay: new Histogram({
      name: 'wikiflow_worker_delay_seconds',
      help: 'From the time of an event to its count in the database',
      buckets: delayBuckets,
      registers,
    }),
    storing: new Histogram({
      name: 'wikiflow_worker_store_seconds',
      help: 'Time to store a batch, waiting included',
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30],
      registers,
    }),
    waits: new Counter({
      name: 'wikiflow_worker_waits_total',
      help: 'Attempts that failed for a cause outside the records, and were tried again',
      registers,
    }),
    fenced: new Counter({
      name: 'wikiflow_worker_fenced_total',
      help: 'Batches thrown away because another process had counted them',
      registers,
    }),
    assigned: new Gauge({
      name: 'wikiflow_worker_assigned_partitions',
      help: 'Partitions assigned to this process',
      registers,
    }),
    lag: new Gauge({
      name: 'wikiflow_worker_lag_records',
      help: 'Records in the log that are not counted yet',
      labelNames: ['partition'],
      registers,
    }),
  }
}

/** Counts what was stored. @param nowMs ms since 1970, the end of each event's delay. */
export function observe(metrics: WorkerMetrics, counted: readonly Counted[], nowMs: number): void {
  for (const { decoded } of counted) {
    metrics.records.inc({ result: decoded.ok ? 'event' : 'dead' })
    if (decoded.ok) {
      metrics.delay.observe(Math.max(0, nowMs - decoded.event.dtMs) / 1_000)
      if (decoded.event.repaired) metrics.repaired.inc()
    } else {
      metrics.deadLetters.inc({ reason: decoded.dead.reason })
    }
  }
}
