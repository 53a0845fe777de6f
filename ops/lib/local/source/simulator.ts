import { type IncomingMessage, type ServerResponse } from 'node:http'
import { type Logger } from 'pino'
import { z } from 'zod'
import { sendEvents } from './connection.ts'
import { RequestError } from './cursor.ts'
import { changed, type FaultChange, type Faults, faultChange, noFaults } from './faults.ts'
import { opening } from './frame.ts'
import { frameWriter } from './frame-writer.ts'
import { randomOf, uses } from './random.ts'
import { refused, streamHead } from './refusal.ts'
import { serve } from './server.ts'
import { startPosition } from './start-position.ts'
import { openStream } from './stream.ts'
import { type Tally, tallyKeeper } from './tally.ts'

/** Wikimedia's HTTP layer cuts every connection after so many ms. */
const wikimediaCutMs = 15 * 60_000

export type SimulatorOptions = {
  /** Address to listen on; 127.0.0.1 unless given. */
  host?: string
  /** 0 takes a free port. */
  port: number
  /** The same seed makes the same events, but for their times. */
  seed: number
  /** Events/s, on average. */
  rate: number
  /** Only events 0 to total − 1 ever happen; connections then stay open, and idle. */
  total?: number
  faults?: FaultChange
  /** Age at which a connection is cut, in ms; 15 minutes unless given. */
  cutAfterMs?: number
  /** File that lets a restarted process go on with the same stream. */
  stateFile?: string
  log: Logger
  /** The clock, in ms; Date.now unless given. */
  now?: () => number
}

export type Simulator = {
  /** Address of the stream. */
  url: string
  tally(): Tally
  faults: {
    read(): Faults
    /** Changes some faults and leaves the others; throws a RequestError for values that aren't allowed. */
    set(change: FaultChange): Faults
  }
  stop(): Promise<void>
}

/**
 * Starts a source that speaks as Wikimedia's EventStreams does, of invented events. Its clock starts with the first
 * connection: whoever is first gets event 0, and with `total` can get exactly so many events.
 * Throws Node's error when the address is taken, a StateFileError for a state file that can't be used.
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { seed, rate, total, stateFile, log, now = Date.now, cutAfterMs = wikimediaCutMs } = options
  const stream = openStream({ seed, rate, total, stateFile, now })
  const tally = tallyKeeper()
  const stopping = new AbortController()
  const random = randomOf(seed, Math.floor(now()), uses.fault)
  let faults = noFaults()
  let connections = 0

  const setFaults = (change: unknown) => {
    const parsed = faultChange.safeParse(change)
    if (!parsed.success)
      throw new RequestError(400, `Not a change of faults:\n${z.prettifyError(parsed.error)}`)
    stream.change(parsed.data)
    faults = changed(faults, parsed.data)
    log.info({ change: parsed.data }, 'faults set')
    return faults
  }

  async function answerStream(request: IncomingMessage, response: ServerResponse, url: URL) {
    const connection = ++connections
    if (refused(request, response, faults, random)) return
    const lastEventId = request.headers['last-event-id']
    const since = url.searchParams.get('since') ?? undefined
    const start = startPosition(stream, { lastEventId: lastEventId?.toString(), since }, now())
    // Not earlier: the first to connect at the latest event is to get event 0.
    stream.begin()
    const asLines = request.headers.accept?.includes('application/json') ?? false
    log.info({ connection, start: start.n, lastEventId, since }, 'connected')

    response.writeHead(200, asLines ? { ...streamHead, 'content-type': 'application/json' } : streamHead)
    response.write(asLines ? '\n' : opening)
    const writer = frameWriter(response, stopping.signal)
    const cutter = setTimeout(writer.cut, cutAfterMs)
    const format = asLines ? 'lines' : 'sse'
    await sendEvents({ stream, faults: () => faults, tally, writer, start, format, random, now })
    clearTimeout(cutter)
    log.info({ connection }, 'disconnected')
  }

  if (options.faults) setFaults(options.faults)
  const server = await serve(
    { host: options.host ?? '127.0.0.1', port: options.port },
    {
      source: 'simulate',
      stream: answerStream,
      tally: () => tally.read(seed, stream.happened()),
      faults: () => faults,
      changeFaults: setFaults,
    },
  )
  return {
    url: server.url,
    tally: () => tally.read(seed, stream.happened()),
    faults: { read: () => structuredClone(faults), set: change => structuredClone(setFaults(change)) },
    stop: async () => {
      stopping.abort()
      await server.close()
    },
  }
}
