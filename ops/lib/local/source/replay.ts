import { type IncomingMessage, type ServerResponse } from 'node:http'
import { type Logger } from 'pino'
import { type Count, counter } from './checksum.ts'
import { RequestError } from './cursor.ts'
import { opening } from './frame.ts'
import { type FrameWriter, frameWriter } from './frame-writer.ts'
import { rangeSet } from './ranges.ts'
import { streamHead } from './refusal.ts'
import { inspectFile, type ReplayFile } from './replay-file.ts'
import { type ReplayRecord, replayRecords } from './replay-records.ts'
import { replayStart } from './replay-start.ts'
import { serve } from './server.ts'

export type ReplayOptions = {
  /** Address to listen on; 127.0.0.1 unless given. */
  host?: string
  /** 0 takes a free port. */
  port: number
  /** Newline-delimited JSON or a raw event stream, plain or gzipped. */
  file: string
  /** Events/s; as fast as the file is read unless given. */
  rate?: number
  /** A comment is sent after so many ms without an event; 15 s unless given. */
  heartbeatMs?: number
  log: Logger
}

/** What was sent since the process started; see the simulator's `Tally` for what `sent` means. */
type ReplayTally = {
  mode: 'replay'
  file: string
  format: ReplayFile['format']
  /** Distinct events, as the runs of their numbers: of lines, or of frames with data. */
  sent: { unique: number; ranges: [number, number][] }
  events: Count
  /** Frames, those without data and those sent again included, and their bytes. */
  frames: number
  bytes: number
  resent: number
}

export type Replay = {
  /** Address of the stream. */
  url: string
  tally(): ReplayTally
  stop(): Promise<void>
}

/**
 * Starts a source that serves the events of a file, and those appended to it later, from its beginning or from where
 * a client resumes. It makes no faults.
 * Throws a SourceFileError for a file that can't be replayed, Node's error when the address is taken.
 */
export async function startReplay({
  host,
  port,
  rate,
  heartbeatMs,
  log,
  ...options
}: ReplayOptions): Promise<Replay> {
  const file = await inspectFile(options.file)
  const tally = replayTally(file)
  const stopping = new AbortController()

  async function answerStream(request: IncomingMessage, response: ServerResponse, url: URL) {
    const lastEventId = request.headers['last-event-id']?.toString()
    const since = url.searchParams.get('since') ?? undefined
    const isWanted = replayStart(file, { lastEventId, since })
    log.info({ lastEventId, since }, 'connected')
    response.writeHead(200, streamHead)
    response.write(opening)
    const writer = frameWriter(response, stopping.signal)
    try {
      await sendRecords({ file, writer, isWanted, rate, heartbeatMs, sent: tally.record })
    } catch (error) {
      log.error({ err: error }, 'replay failed')
      response.end(`event: error\ndata: ${JSON.stringify({ message: (error as Error).message })}\n\n`)
    }
    log.info('disconnected')
  }

  const noFaults = () => {
    throw new RequestError(404, 'A replay makes no faults; start with --mode simulate for them.')
  }
  const server = await serve(
    { host: host ?? '127.0.0.1', port },
    { source: 'replay', stream: answerStream, tally: tally.read, faults: noFaults, changeFaults: noFaults },
  )
  return {
    url: server.url,
    tally: tally.read,
    stop: async () => {
      stopping.abort()
      await server.close()
    },
  }
}

type Sending = {
  file: ReplayFile
  writer: FrameWriter
  isWanted: (record: ReplayRecord) => boolean
  rate: number | undefined
  heartbeatMs: number | undefined
  sent: (record: ReplayRecord) => void
}

async function sendRecords({
  file,
  writer,
  isWanted,
  rate,
  heartbeatMs = 15_000,
  sent,
}: Sending): Promise<void> {
  const heartbeat = setInterval(() => {
    if (!writer.isFull()) writer.put(Buffer.from(':heartbeat\n\n'))
  }, heartbeatMs)
  let dueMs = performance.now()
  try {
    for await (const record of replayRecords(file, writer.signal)) {
      if (!isWanted(record)) continue
      if (rate !== undefined) {
        await writer.pause(Math.max(0, dueMs - performance.now()))
        dueMs = Math.max(dueMs, performance.now() - 1000) + 1000 / rate
      }
      if (!writer.put(record.bytes)) return
      sent(record)
      heartbeat.refresh()
      await writer.ready()
    }
  } finally {
    clearInterval(heartbeat)
  }
}

function replayTally(file: ReplayFile) {
  const numbers = rangeSet()
  const events = counter()
  const counts = { frames: 0, bytes: 0, resent: 0 }
  return {
    record({ bytes, index, data }: ReplayRecord) {
      counts.frames++
      counts.bytes += bytes.length
      if (index === undefined || data === undefined) return
      if (numbers.add(index)) events.add(data)
      else counts.resent++
    },
    read: (): ReplayTally => ({
      mode: 'replay',
      file: file.path,
      format: file.format,
      sent: { unique: numbers.size(), ranges: numbers.ranges() },
      events: events.count(),
      ...counts,
    }),
  }
}
