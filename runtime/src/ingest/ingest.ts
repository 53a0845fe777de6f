import { setTimeout as delay } from 'node:timers/promises'
import { type Registry } from 'prom-client'
import { ConfigError } from '../platform/config.ts'
import { type Kafka } from '../platform/kafka.ts'
import { type Logger } from '../platform/log.ts'
import { connectLogWriter, type LogWriter, UnknownOutcome } from '../platform/log-writer.ts'
import { type Running } from '../platform/service.ts'
import { type Since } from '../platform/source-cursor.ts'
import { type BatchQueue } from './batch-queue.ts'
import { carry, createArrivalQueue } from './carry.ts'
import { type Arrival } from './intake.ts'
import { createIngestMetrics } from './metrics.ts'
import { createSeen } from './seen.ts'
import { createStatus } from './status.ts'
import { readTail } from './tail.ts'

/** What ingest is started with. */
export type IngestOptions = {
  kafka: Kafka
  url: URL
  contact: string | undefined
  since: Since | undefined
  windowS: number
  rewindMs: number
  idleMs: number
  log: Logger
  metrics: Registry
}

/** A running ingest. */
export type Ingest = Running & {
  /** Resolves when it was stopped; rejects with a ConfigError that waiting can't mend. */
  ended: Promise<void>
}

/** How far a resume goes back in a source that counts by offsets: twice what a batch may span. */
const rewindOffsets = 1_000
/** How long a stop waits for queued events, in ms. What isn't written by then is read again at the next start. */
const flushMs = 1_500
const longestPauseMs = 30_000

/**
 * Starts to carry events from the source to the log, each exactly once. All of its state is in the log: where the log
 * ends the source is resumed, and after an append of unknown outcome everything begins anew from there.
 */
export function startIngest(options: IngestOptions): Ingest {
  const { kafka, log, windowS, idleMs } = options
  const rewind = { ms: options.rewindMs, offsets: rewindOffsets }
  const stopping = new AbortController()
  const { signal } = stopping
  let writer: LogWriter | undefined
  let queue: BatchQueue<Arrival> = createArrivalQueue(rewind)

  const status = createStatus({
    brokerWaitingMs: () => writer?.waitingMs() ?? 0,
    queued: () => queue.size().items,
  })
  const metrics = createIngestMetrics(options.metrics, {
    queued: () => queue.size(),
    lastEventMs: status.lastEventMs,
    positionMs: status.positionMs,
  })

  const session = async (onWritten: () => void) => {
    const onMoving = () => {
      log.warn('someone else appends to the topic; there must be one ingest alone: waiting for it to end')
      status.readingLog('someone else appends to the topic')
    }
    const tail = await readTail({ kafka, windowS, rewind, signal, onMoving })
    writer = await connectLogWriter({ kafka, ends: tail.ends })
    queue = createArrivalQueue(rewind)
    const seen = createSeen(windowS)
    for (const identity of tail.identities) seen.add(identity)
    log.info({ known: seen.size(), cursors: Object.fromEntries(tail.cursors) }, 'read the end of the log')
    try {
      const { url, contact, since } = options
      await carry({
        ...{ url, contact, since, rewind, idleMs, tail, seen, queue, writer, onWritten },
        ...{ log, metrics, status, signal },
      })
    } finally {
      await writer.close()
      writer = undefined
    }
  }

  const run = async () => {
    let failures = 0
    const onWritten = () => {
      failures = 0
    }
    while (!signal.aborted) {
      try {
        await session(onWritten)
      } catch (error) {
        if (signal.aborted) return
        if (error instanceof ConfigError) throw error
        const message = error instanceof Error ? error.message : String(error)
        if (error instanceof UnknownOutcome) metrics.unknownOutcomes.inc()
        log.error({ err: error }, `${message}; going on from the end of the log`)
        status.readingLog(message)
        failures += 1
        const pauseMs = Math.random() * Math.min(longestPauseMs, 250 * 2 ** Math.min(failures, 10))
        await delay(pauseMs, undefined, { signal }).catch(() => {})
      }
    }
  }

  const ended = run()
  return {
    ended,
    readiness: status.readiness,
    async stop() {
      stopping.abort()
      const flushed = ended.then(
        () => true,
        () => true,
      )
      if (await Promise.race([flushed, delay(flushMs, false)])) return
      log.warn(queue.size(), 'stopped with events that are not written; the next start reads them again')
    },
  }
}
