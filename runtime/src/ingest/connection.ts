import { type Logger } from '../platform/log.ts'
import { cursorTime, parseCursor } from '../platform/source-cursor.ts'
import { type ConnectionEnd } from './backoff.ts'
import { type CursorTrack, jumpMs } from './cursor-track.ts'
import { type Arrival, admit } from './intake.ts'
import { type IngestMetrics } from './metrics.ts'
import { type Seen } from './seen.ts'
import { SourceBroken, SourceIdle, type SourceStream } from './source.ts'
import { type Aside, createFrameReader, type Frame } from './sse.ts'
import { type Status } from './status.ts'

/** What reading one connection takes. */
export type ConnectionOptions = {
  track: CursorTrack
  /** The time that SOURCE_SINCE asks for, ms since 1970. */
  askedMs: number | undefined
  seen: Seen
  /** Resolves when there is room for more; until then the socket is not read. */
  push: (arrival: Arrival) => Promise<void>
  log: Logger
  metrics: IngestMetrics
  status: Status
  signal: AbortSignal
}

/** An aside of a kind that was logged less than this ago, in ms, is only counted. */
const asideQuietMs = 10_000

/** Reads a stream until it ends, and passes on what is to be stored. */
export async function readConnection(
  stream: SourceStream,
  options: ConnectionOptions,
): Promise<ConnectionEnd> {
  const startedAt = performance.now()
  const frames: Frame[] = []
  let events = 0
  const reader = createFrameReader({ frame: frame => frames.push(frame), aside: createAsideLog(options) })
  const ended = (reason: ConnectionEnd['reason'], why: string): ConnectionEnd => {
    const lastedMs = performance.now() - startedAt
    return { reason, lastedMs, events, detail: `${why} after ${Math.round(lastedMs / 1_000)} s of streaming` }
  }
  const chunks = stream.chunks()
  try {
    for await (const chunk of chunks) {
      options.metrics.bytes.inc(chunk.length)
      reader.push(chunk)
      for (const frame of frames.splice(0)) {
        if (options.signal.aborted) return ended('cut', 'stopped')
        events += 1
        await take(frame, stream, options)
      }
    }
    return ended('cut', 'the source ended the stream')
  } catch (error) {
    if (error instanceof SourceIdle) return ended('idle', error.message)
    if (error instanceof SourceBroken) return ended('failed', `the connection broke (${error.message})`)
    throw error
  }
}

async function take(frame: Frame, { source }: SourceStream, options: ConnectionOptions): Promise<void> {
  const { track, metrics, status } = options
  const own = parseCursor(frame.id)
  const before = track.position()
  const position = track.follow(own)
  const positionMs = position && cursorTime(position)
  warnOfGap(before ? cursorTime(before) : options.askedMs, positionMs, options)
  metrics.events.inc()
  status.event(positionMs)
  if (!own) metrics.withoutCursor.inc()
  const outcome = admit(frame, position, source, options.seen)
  if (outcome === 'canary') return metrics.canaries.inc()
  if (outcome === 'duplicate') return metrics.duplicates.inc()
  if (outcome.isOversized) metrics.oversized.inc()
  if (outcome.isUnparsable) metrics.unparsable.inc()
  await options.push(outcome)
}

function warnOfGap(
  beforeMs: number | undefined,
  nowMs: number | undefined,
  { askedMs, metrics, status, log }: ConnectionOptions,
): void {
  if (beforeMs === undefined || nowMs === undefined || nowMs - beforeMs <= jumpMs) return
  metrics.gaps.inc()
  metrics.gapSeconds.inc((nowMs - beforeMs) / 1_000)
  const gap = { from: new Date(beforeMs).toISOString(), to: new Date(nowMs).toISOString() }
  status.gap(gap)
  // Of a time before its history the source says nothing: it starts at the latest event.
  const what =
    beforeMs === askedMs ? 'the source does not go back to SOURCE_SINCE' : 'the source left out some time'
  log.warn(gap, `${what}: nothing happened in it, or it is older than the source's history`)
}

function createAsideLog({ log, metrics }: ConnectionOptions): (aside: Aside) => void {
  const loggedAt = new Map<Aside['kind'], number>()
  return ({ kind, text }) => {
    metrics.asides.inc({ kind })
    const now = performance.now()
    if (now - (loggedAt.get(kind) ?? Number.NEGATIVE_INFINITY) < asideQuietMs) return
    loggedAt.set(kind, now)
    if (kind === 'comment') log.debug({ kind, text }, 'the source sent a comment')
    else
      log.warn(
        { kind, text },
        'the source sent what is no event; more of the kind are counted in asides_total',
      )
  }
}
