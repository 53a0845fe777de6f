import { Counter, Gauge, type Registry } from 'prom-client'
import { type PutObject } from './put-range.ts'
import { type SealedRange } from './seal.ts'

/** What the lake measures, by its names in Prometheus. */
export type LakeMetrics = {
  written(range: SealedRange, object: PutObject): void
  alarm(partition: number): void
}

/** Registers the metrics; `held` is asked whenever they are read. */
export function createMetrics(
  registry: Registry,
  held: () => { rows: number; bytes: number; oldestAppendedAtMs: number | undefined },
): LakeMetrics {
  const registers = [registry]
  const objects = new Counter({
    name: 'wikiflow_lake_objects_total',
    help: 'Objects written; outcome says whether they were created or stood there with the same content',
    labelNames: ['outcome'],
    registers,
  })
  const rows = new Counter({ name: 'wikiflow_lake_rows_total', help: 'Rows in these objects', registers })
  const bytes = new Counter({ name: 'wikiflow_lake_bytes_total', help: 'Bytes of these objects', registers })
  const last = new Gauge({
    name: 'wikiflow_lake_last_object_timestamp_seconds',
    help: 'When the last object was written, by its partition and key; one series',
    labelNames: ['partition', 'key'],
    registers,
  })
  const alarms = new Counter({
    name: 'wikiflow_lake_alarms_total',
    help: 'Partitions stopped because an object of other content stood under their key',
    labelNames: ['partition'],
    registers,
  })
  new Gauge({
    name: 'wikiflow_lake_held_rows',
    help: 'Records read from the log and not yet in the lake',
    registers,
    collect() {
      this.set(held().rows)
    },
  })
  new Gauge({
    name: 'wikiflow_lake_held_bytes',
    help: "Bytes of these records' values",
    registers,
    collect() {
      this.set(held().bytes)
    },
  })
  new Gauge({
    name: 'wikiflow_lake_oldest_held_seconds',
    help: 'Age of the oldest of these records since it came into the log; 0 without one',
    registers,
    collect() {
      const oldest = held().oldestAppendedAtMs
      this.set(oldest === undefined ? 0 : Math.max(0, Date.now() - oldest) / 1000)
    },
  })
  return {
    written: (range, object) => {
      objects.inc({ outcome: object.outcome.replace(' ', '_') })
      rows.inc(range.rows)
      bytes.inc(object.bytes)
      last.reset()
      last.set({ partition: String(range.partition), key: range.key }, Date.now() / 1000)
    },
    alarm: partition => alarms.inc({ partition: String(partition) }),
  }
}
