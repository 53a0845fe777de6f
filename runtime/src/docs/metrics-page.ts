import { Registry } from 'prom-client'
import { createDashboardMetrics } from '../../../dashboard/src/metrics.ts'
import { createIngestMetrics } from '../ingest/metrics.ts'
import { createMetrics as createLakeMetrics } from '../lake/metrics.ts'
import { createMetrics as createWorkerMetrics } from '../worker/metrics.ts'
import { fence, page, table } from './markdown.ts'

/** The services, and how each registers what it measures. */
const services: readonly [name: string, register: (registry: Registry) => void][] = [
  [
    'ingest',
    registry =>
      createIngestMetrics(registry, {
        queued: () => ({ items: 0, bytes: 0 }),
        lastEventMs: () => undefined,
        positionMs: () => undefined,
      }),
  ],
  ['worker', registry => createWorkerMetrics(registry)],
  [
    'lake',
    registry => createLakeMetrics(registry, () => ({ rows: 0, bytes: 0, oldestAppendedAtMs: undefined })),
  ],
  ['dashboard', registry => createDashboardMetrics(registry, { viewers: () => 0, dropped: () => 0 })],
]

/** The page on what `/metrics` of each service says, from the registries themselves. */
export function metricsPage(): string {
  return page('Metrics', [
    'Every service serves `/metrics` in the text format of Prometheus, on the port of its `/readyz`: a free one on a',
    'laptop (`.wikiflow/run.json` names it), 9100 inside the network of a deployed stack, where nothing of it is public.',
    'Beside its own, each has `process_` and `nodejs_` metrics of prom-client: memory, CPU, event loop, garbage',
    'collection. Counters begin at 0 with each process; what must survive it stands in the database.',
    '',
    ...services.flatMap(([name, register]) => [`## ${name}`, '', ...metricTable(register), '']),
    '## What to watch',
    '',
    ...watch,
  ])
}

function metricTable(register: (registry: Registry) => void): string[] {
  const registry = new Registry()
  register(registry)
  const rows = registry.getMetricsAsArray().map(metric => {
    const { name, help, type } = metric
    const labels = 'labelNames' in metric && Array.isArray(metric.labelNames) ? metric.labelNames : []
    return [`\`${name}\``, String(type), labels.map(label => `\`${label}\``).join(', '), help]
  })
  return table(['metric', 'type', 'labels', 'what it is'], rows)
}

const watch = [
  ...table(
    ['question', 'in PromQL', 'worry when'],
    [
      ['are events counted in time?', '`sum(wikiflow_worker_lag_records)`', 'it grows for five minutes'],
      [
        'how fresh are the counts?',
        '`histogram_quantile(0.99, sum by (le) (rate(wikiflow_worker_delay_seconds_bucket[5m])))`',
        'it is over 60',
      ],
      ['is every partition read?', '`sum(wikiflow_worker_assigned_partitions)`', 'it isn’t 12 for a minute'],
      ['is the source silent?', '`max(wikiflow_ingest_last_event_age_seconds)`', 'it is over 60'],
      [
        'did the source leave something out?',
        '`increase(wikiflow_ingest_gap_seconds_total[1h])`',
        'it is over 0',
      ],
      [
        'does the lake keep up?',
        '`max(wikiflow_lake_oldest_held_seconds)`',
        'it is over twice LAKE_ROTATE_S',
      ],
      ['is an object of the lake not ours?', '`sum(wikiflow_lake_alarms_total)`', 'it is over 0'],
      [
        'what can’t be counted?',
        '`sum by (reason) (rate(wikiflow_worker_dead_letters_total[15m]))`',
        'a reason lasts for longer than a few minutes',
      ],
    ],
  ),
  '',
  'The network of a deployed stack takes no outsiders: a Prometheus is one more service of it, in a Compose file of your',
  'own (`overrides` in [targets](targets.md)). It finds all containers of a service by the name:',
  '',
  ...fence(
    'yaml',
    `scrape_configs:
  - job_name: wikiflow
    dns_sd_configs:
      - names: [ingest, worker, batch, dashboard]
        type: A
        port: 9100`,
  ),
]
