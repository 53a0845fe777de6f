import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { type Source, sources } from '../contract.ts'
import { ConfigError } from '../platform/config.ts'
import { formatCursor, type Since } from '../platform/source-cursor.ts'
import { type ConnectionEnd, countFailures, isGood, waitBefore } from './backoff.ts'
import { type ConnectionOptions, readConnection } from './connection.ts'
import { type Rewind } from './cursor.ts'
import { type CursorTrack, createCursorTrack } from './cursor-track.ts'
import { checkContinuity, resumeAfter, resumeFrom, sinceTime } from './resume.ts'
import { openSource, type Resume, SourceBroken, SourceRefused, type SourceStream } from './source.ts'
import { type Tail } from './tail-notes.ts'

/** What reading the source takes. */
export type ReaderOptions = Omit<ConnectionOptions, 'track' | 'askedMs'> & {
  url: URL
  contact: string | undefined
  since: Since | undefined
  rewind: Rewind
  idleMs: number
  tail: Tail
}

type Attempt = { source: Source | undefined } & ({ stream: SourceStream } | { end: ConnectionEnd })

/**
 * Reads the source, connection after connection, from where the log ends, until the signal aborts.
 * @throws ConfigError when waiting can't mend it: no contact, a cursor that the source refuses, no cursor at all.
 */
export async function readSource(options: ReaderOptions): Promise<void> {
  const { tail, log, metrics, status, signal } = options
  const places = new Map(sources.map(source => [source, placeOf(options, source)]))
  const checked = new Set<Source>()
  // Known once the source answers; until then, that of the log's newest record.
  let source: Source = tail.newest?.source ?? 'live'
  let failures = 0

  const stream = async (opened: SourceStream, resume: Resume): Promise<ConnectionEnd> => {
    const gap = checked.has(source) ? undefined : checkContinuity(tail, source, options.since)
    if (gap) log.warn({ source }, gap)
    checked.add(source)
    log.info({ source, resume }, 'streaming')
    metrics.connections.inc()
    status.streaming(source)
    const { track } = places.get(source) ?? placeOf(options, source)
    const askedMs = sinceTime(options.since)
    const end = await readConnection(opened, { ...options, track, askedMs })
    const position = track.position()
    if (end.events > 0 && position) {
      places.set(source, { track, resume: resumeAfter(position, resume, options.rewind.ms) })
    }
    return end
  }

  /** Does another source than the one that was asked answer, which is to be resumed at another place? */
  const isElsewhere = (answered: Source, asked: Resume) =>
    answered !== source && !isDeepStrictEqual(asked, places.get(answered)?.resume)

  while (!signal.aborted) {
    status.connecting()
    const { resume } = places.get(source) ?? placeOf(options, source)
    const attempt = await connect(options, resume)
    let end: ConnectionEnd
    if (attempt.source && isElsewhere(attempt.source, resume)) {
      end = otherSource(source, attempt.source)
      if ('stream' in attempt) attempt.stream.close()
      source = attempt.source
    } else if ('stream' in attempt) {
      source = attempt.stream.source
      end = await stream(attempt.stream, resume)
    } else {
      end = attempt.end
      if (end.status === 400 || (end.status === 404 && resume.cursor))
        throw refusedForGood(end, resume, options)
    }
    if (signal.aborted) return
    failures = countFailures(end, failures)
    const waitMs = Math.round(waitBefore(end, failures, Math.random()))
    metrics.ends.inc({ reason: end.status === undefined ? end.reason : `status_${end.status}` })
    log[isGood(end) ? 'info' : 'warn']({ reason: end.reason, waitMs }, end.detail)
    status.waiting(waitMs, end.detail)
    await delay(waitMs, undefined, { signal }).catch(() => {})
  }
}

/** Where one source is resumed; a log may hold events of several. */
type Place = { track: CursorTrack; resume: Resume }

function placeOf({ tail, since, rewind }: ReaderOptions, source: Source): Place {
  const cursor = tail.cursors.get(source)
  const start = cursor ?? (typeof since === 'object' ? since : undefined)
  return { track: createCursorTrack(start), resume: resumeFrom(cursor, since, rewind) }
}

async function connect(options: ReaderOptions, resume: Resume): Promise<Attempt> {
  try {
    const stream = await openSource({ ...options, resume })
    return { stream, source: stream.source }
  } catch (error) {
    if (error instanceof SourceRefused) {
      const { status, retryAfterMs, message: detail } = error
      const end: ConnectionEnd = { reason: 'refused', status, detail, lastedMs: 0, events: 0 }
      return { end: retryAfterMs === undefined ? end : { ...end, retryAfterMs }, source: error.source }
    }
    if (!(error instanceof SourceBroken)) throw error
    return { end: { reason: 'failed', detail: error.message, lastedMs: 0, events: 0 }, source: undefined }
  }
}

function otherSource(asked: Source, answered: Source): ConnectionEnd {
  const detail = `the log ends with events of the ${asked} source, but this is the ${answered} source`
  return { reason: 'failed', detail, lastedMs: 0, events: 0 }
}

function refusedForGood(
  end: ConnectionEnd,
  { cursor, sinceMs }: Resume,
  { since, rewind }: ReaderOptions,
): ConfigError {
  const isGiven = isDeepStrictEqual(cursor, resumeFrom(undefined, since, rewind).cursor)
  if (cursor && !isGiven) {
    return new ConfigError(
      `${end.detail}; it was asked to go on after ${formatCursor(cursor)}. Nothing is skipped without being told to: ` +
        "set SOURCE_SINCE to a time after that, to leave out what is between, or SOURCE_URL to the log's own source",
    )
  }
  const asked = sinceMs === undefined && !cursor ? 'SOURCE_URL' : 'SOURCE_URL and SOURCE_SINCE'
  return new ConfigError(`${end.detail}; check ${asked}`)
}
