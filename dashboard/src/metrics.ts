import { Gauge, type Registry } from 'prom-client'

/** Registers the dashboard's metrics. @param read values that are asked for when the metrics are */
export function createDashboardMetrics(
  registry: Registry,
  read: { viewers: () => number; dropped: () => number },
): void {
  gauge(registry, 'wikiflow_dashboard_viewers', 'Pages that are open', read.viewers)
  gauge(
    registry,
    'wikiflow_dashboard_dropped_viewers',
    'Pages let go since start: they read too slowly',
    read.dropped,
  )
}

function gauge(registry: Registry, name: string, help: string, value: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(value())
    },
  })
}
