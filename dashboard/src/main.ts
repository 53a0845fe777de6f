import { createPool, postgresSettings } from '../../runtime/src/platform/postgres.ts'
import { runService } from '../../runtime/src/platform/service.ts'
import { openDashboard } from './dashboard.ts'

const names = ['DASHBOARD_HOST', 'DASHBOARD_PORT', 'SERVICE_URLS', ...postgresSettings] as const

await runService('dashboard', names, async ({ config, log, metrics }) => {
  const dashboard = await openDashboard({
    pool: createPool(config, { name: 'dashboard', max: 2, statementTimeoutMs: 5_000, log }),
    log,
    metrics,
    host: config.DASHBOARD_HOST,
    port: config.DASHBOARD_PORT,
    services: config.SERVICE_URLS,
  })
  log.info({ url: dashboard.url }, 'the dashboard is open')
  return dashboard
})
