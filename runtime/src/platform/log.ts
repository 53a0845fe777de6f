import { type Logger, pino } from 'pino'
import { type Config } from './config.ts'

export type { Logger } from 'pino'

/** Settings that every service has. */
export const logSettings = ['LOG_LEVEL', 'LOG_FORMAT'] as const

/**
 * Structured log on standard output, named after the service. Pretty on a terminal where pino-pretty is
 * installed (it is not in the images), JSON lines elsewhere.
 */
export async function createLog(
  service: string,
  config: Config<(typeof logSettings)[number]>,
): Promise<Logger> {
  const options = { level: config.LOG_LEVEL, base: { service }, serializers: { err: serializeError } }
  const pretty = config.LOG_FORMAT === 'pretty' || (config.LOG_FORMAT === 'auto' && process.stdout.isTTY)
  if (!pretty) return pino(options, standardOutput())
  try {
    const { PinoPretty } = await import('pino-pretty')
    return pino(
      options,
      PinoPretty({ sync: true, ignore: 'service,pid,hostname', translateTime: 'UTC:HH:MM:ss' }),
    )
  } catch {
    return pino(options, standardOutput())
  }
}

/** How much of the log waits for a disk to have room again, in bytes; what is more is dropped. */
const waitingBytes = 1024 ** 2

/** On a full disk the log is lost, and nothing else: unheard, the stream's error would end the service. */
function standardOutput() {
  const output = pino.destination({ fd: 1, sync: true, maxLength: waitingBytes })
  output.on('error', () => {})
  return output
}

/**
 * What a log may say of an error. Libraries hang more on theirs: pg its whole client, with the key that cancels its
 * queries.
 */
export function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { name: type, message, stack, cause } = error
  return {
    type,
    message,
    ...('code' in error && { code: error.code }),
    stack,
    ...(cause !== undefined && { cause: serializeError(cause) }),
  }
}
