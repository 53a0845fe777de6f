import { Counter, Gauge, type Registry } from 'prom-client'

/** What ingest counts. */
export type IngestMetrics = ReturnType<typeof createIngestMetrics>

/**
 * Registers ingest's metrics.
 * @param read values that are asked for when the metrics are
 */
export function createIngestMetrics(
  registry: Registry,
  read: {
    queued: () => { items: number; bytes: number }
    lastEventMs: () => number | undefined
    positionMs: () => number | undefined
  },
) {
  const registers = [registry]
  const counter = (name: string, help: string) =>
    new Counter({ name: `wikiflow_ingest_${name}_total`, help, registers })
  const gauge = (name: string, help: string, value: () => number | undefined) =>
    new Gauge({
      name: `wikiflow_ingest_${name}`,
      help,
      registers,
      collect() {
        const now = value()
        if (now !== undefined) this.set(now)
      },
    })

  gauge('queue_records', 'Records read from the source and not yet in the log', () => read.queued().items)
  gauge('queue_bytes', 'Bytes of those records', () => read.queued().bytes)
  gauge('position_seconds', 'Time of the place in the source that has been read, seconds since 1970', () => {
    const ms = read.positionMs()
    return ms === undefined ? undefined : ms / 1_000
  })
  gauge('last_event_age_seconds', 'Time since the source sent anything, canaries included', () => {
    const ms = read.lastEventMs()
    return ms === undefined ? undefined : (Date.now() - ms) / 1_000
  })
  return {
    bytes: counter('source_bytes', 'Bytes read from the source'),
    events: counter('events', 'Events that the source sent, canaries and repeated ones included'),
    duplicates: counter('duplicates', 'Events dropped because they were known'),
    canaries: counter('canaries', "Events dropped because they are the source's own test"),
    oversized: counter('oversized', 'Events of which only the head is kept'),
    unparsable: counter('unparsable', 'Events without a readable meta object, kept as they are'),
    withoutCursor: counter('without_cursor', 'Events whose id line is missing or no cursor'),
    asides: new Counter({
      name: 'wikiflow_ingest_asides_total',
      help: 'What came beside events, by kind',
      labelNames: ['kind'] as const,
      registers,
    }),
    produced: counter('produced', 'Records appended to the log'),
    producedBytes: counter('produced_bytes', 'Bytes of their values'),
    connections: counter('connections', 'Streams opened'),
    ends: new Counter({
      name: 'wikiflow_ingest_connection_ends_total',
      help: 'Connections ended or refused, by reason',
      labelNames: ['reason'] as const,
      registers,
    }),
    gaps: counter('gaps', 'Resumes that the source answered with events much later than asked for'),
    gapSeconds: counter('gap_seconds', 'Time in the source that those left out'),
    unknownOutcomes: counter(
      'unknown_outcomes',
      'Appends of unknown outcome, after which the log was read again',
    ),
  }
}
