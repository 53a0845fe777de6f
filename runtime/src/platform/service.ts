import { collectDefaultMetrics, Registry } from 'prom-client'
import { type Config, ConfigError, readConfig } from './config.ts'
import { type Readiness, serveHealth } from './health.ts'
import { createLog, type Logger, logSettings } from './log.ts'
import { type SettingName } from './settings.ts'

const commonSettings = [...logSettings, 'HEALTH_HOST', 'HEALTH_PORT'] as const
type CommonSetting = (typeof commonSettings)[number]

/** How long a service may take to drain after SIGTERM, in ms; the supervisor and Swarm kill after 10 s. */
const drainMs = 8_000

/** Exit code for a configuration that can't work (EX_CONFIG of sysexits.h): starting again won't help. */
export const exitConfig = 78

/** A started service: what it says of itself, and how it ends in order. */
export type Running = { readiness(): Readiness; stop(): Promise<void> }

/** What a service is given to start with. */
export type ServiceContext<N extends SettingName> = {
  config: Config<N>
  log: Logger
  metrics: Registry
  /** Says on `/readyz` what the service waits for until it has started. */
  starting(step: string): void
  /** Ends the process with code 1, in order, after something that waiting can't mend. */
  fatal(error: unknown): void
}

/**
 * Runs a service as this process: reads its settings, serves its health, starts it, and stops it once, in
 * order, on SIGTERM, SIGINT or when the parent that supervises it has gone.
 */
export async function runService<N extends SettingName>(
  name: string,
  names: readonly N[],
  start: (context: ServiceContext<N>) => Promise<Running>,
): Promise<void> {
  const config = readConfigOrExit([...names, ...commonSettings])
  const log = await createLog(name, config)
  const metrics = new Registry()
  collectDefaultMetrics({ register: metrics })
  let running: Running | undefined
  let stopping = false
  let starting = 'starting'

  const stop = async (reason: string, code: number) => {
    if (stopping) return
    stopping = true
    log.info({ reason }, 'stopping')
    process.exitCode = code
    setTimeout(() => {
      log.error({ drainMs }, 'did not drain in time')
      process.exit(code || 1)
    }, drainMs).unref()
    try {
      await running?.stop()
    } catch (error) {
      log.error({ err: error }, 'stopping failed')
      process.exitCode = code || 1
    }
    await health.close()
    log.info('stopped')
    if (process.connected) process.disconnect?.()
    // What is still open now (a library's idle timer or socket) must not keep a stopped service alive.
    setTimeout(() => process.exit(), 500).unref()
  }
  const fatal = (error: unknown) => {
    log.fatal({ err: error }, error instanceof Error ? error.message : String(error))
    void stop('fatal error', error instanceof ConfigError ? exitConfig : 1)
  }

  const health = await serveHealth({
    host: config.HEALTH_HOST,
    port: config.HEALTH_PORT,
    metrics,
    readiness: () =>
      stopping
        ? { ready: false, reason: 'stopping' }
        : (running?.readiness() ?? { ready: false, reason: starting }),
  }).catch(error => {
    log.fatal(`can't listen on HEALTH_PORT ${config.HEALTH_PORT} of ${config.HEALTH_HOST}: ${error.message}`)
    process.exit(1)
  })
  process.on('SIGTERM', () => void stop('SIGTERM', 0))
  process.on('uncaughtException', fatal)
  if (process.send) {
    // A supervisor hears Ctrl-C for all of us and stops us in order; if it dies, so do we.
    process.on('SIGINT', () => {})
    process.on('disconnect', () => void stop('supervisor gone', 0))
    process.send({ type: 'listening', health: health.url })
  } else {
    process.on('SIGINT', () => void stop('SIGINT', 0))
  }

  try {
    running = await start({
      ...{ config, log, metrics, fatal },
      starting: step => {
        starting = `starting: ${step}`
      },
    })
    if (stopping) await running.stop()
    else log.info({ health: health.url }, 'started')
  } catch (error) {
    if (!stopping) fatal(error)
  }
}

function readConfigOrExit<N extends SettingName>(names: readonly N[]): Config<N | CommonSetting> {
  try {
    return readConfig([...names, ...commonSettings])
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(exitConfig)
  }
}
