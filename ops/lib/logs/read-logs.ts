import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { PassThrough } from 'node:stream'
import { visible } from '../cloud/fact-text.ts'
import { type Connection } from '../deploy/connect.ts'
import { UserError } from '../script.ts'
import { inOrder } from './in-order.ts'
import { byTime, type LogLine, parseLogLine } from './line.ts'

/** Which lines are meant. */
export type LogQuery = {
  services: readonly string[]
  follow: boolean
  /** As Docker reads it: `10m`, or a time. */
  since: string | undefined
  /** So many last lines of each container; undefined for all. */
  tail: number | undefined
}

/** Where it goes: lines, and sentences about what couldn't be read. */
export type LogReader = { line(line: LogLine): void; trouble(sentence: string): void }

/** How long the lines of one service may take, in ms: a node that is away is waited for, by Docker. */
const mostMs = 45_000
/** Longer than anybody watches, in ms; a timer of Node.js takes no more than 24 days. */
const followMs = 20 * 24 * 3_600_000

const readService = 'exec docker service logs --timestamps --no-task-ids "$@" 2>&1'

/** Arguments of `docker service logs` for a service of a stack. */
function logArguments(query: LogQuery, stack: string, service: string): string[] {
  const { follow, since, tail } = query
  return [
    ...(follow ? ['--follow'] : []),
    ...(since === undefined ? [] : ['--since', since]),
    ...(tail === undefined ? [] : ['--tail', String(tail)]),
    `${stack}_${service}`,
  ]
}

/**
 * Reads what the containers of services wrote, wherever they run, and hands it on in the order of time; of what is
 * followed, as it comes. A service that can't be read, or not whole, doesn't stop the others.
 * @throws UserError when nothing could be.
 */
export async function readLogs(
  { manager, target: { stack } }: Connection,
  query: LogQuery,
  { line: print, trouble }: LogReader,
  signal: AbortSignal,
): Promise<void> {
  const failures: UserError[] = []
  const gathered: LogLine[] = []
  const order = query.follow ? inOrder(print) : undefined
  const read = async (service: string) => {
    const onLine = (raw: string) => {
      const line = parseLogLine(raw, stack)
      if (!line) trouble(`${service}: Docker says: ${visible(raw)}`)
      else if (order) order.push(line)
      else gathered.push(line)
    }
    const timeoutMs = query.follow ? followMs : mostMs
    // What is followed for days mustn't gather in memory, as the output of a run does.
    const stdout = new PassThrough()
    const lines = createInterface({ input: stdout, crlfDelay: Number.POSITIVE_INFINITY }).on('line', onLine)
    const allRead = once(lines, 'close')
    try {
      await manager.run(readService, logArguments(query, stack, service), { stdout, timeoutMs, signal })
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      failures.push(error)
      trouble(`${service}: ${error.message}`)
    } finally {
      stdout.end()
      await allRead
    }
  }
  try {
    await Promise.all(query.services.map(read))
  } finally {
    order?.close()
  }
  for (const line of gathered.sort(byTime)) print(line)
  const [failure] = failures
  if (failure && failures.length === query.services.length && gathered.length === 0) throw failure
}
