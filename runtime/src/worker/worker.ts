import { type Pool } from 'pg'
import { type Registry } from 'prom-client'
import { groups, topic } from '../contract.ts'
import { type Counted } from '../events/aggregate.ts'
import { type EachBatchPayload, type Kafka, readClusterId, readLogEnds } from '../platform/kafka.ts'
import { type Logger } from '../platform/log.ts'
import { type Running } from '../platform/service.ts'
import { type Assignment, createAssignment } from './assignment.ts'
import { countBatch } from './batch.ts'
import { claimPartitions, OffsetError } from './claim.ts'
import { LostMembershipError, orAborted, whileBeating } from './heartbeat.ts'
import { type Lag, watchLag } from './lag.ts'
import { createMetrics, observe } from './metrics.ts'
import { type Patience, patiently } from './patience.ts'
import { readinessOf } from './readiness.ts'

/** Batches stored at once: as many as there are connections for them. */
export const concurrency = 2

/** A fetch waits until this much is there, or for the flush time: a statement a message would cost ten times the WAL. */
const fetchMinBytes = 256 * 1024
/** Bounds of what one fetch brings, in bytes, which is what the worker holds in memory. */
const fetchMaxBytes = 4 * 1024 * 1024
const fetchMaxBytesPerPartition = 1024 * 1024

export type WorkerOptions = {
  kafka: Kafka
  pool: Pool
  log: Logger
  registry: Registry
  /** How long events may gather before they are stored, in ms. */
  flushMs: number
  /** How long the group waits for a sign of life, in ms. */
  sessionMs: number
  /** Is told what is waited for before it has joined. */
  starting: (step: string) => void
  fatal: (error: unknown) => void
  now?: () => number
}

/** Joins the group and counts what it is assigned, until stopped. */
export async function startWorker(options: WorkerOptions): Promise<Running> {
  const { kafka, pool, log, flushMs, sessionMs, fatal, now = Date.now } = options
  const heartbeatMs = sessionMs / 5
  const metrics = createMetrics(options.registry)
  const stop = new AbortController()
  const patience = (signal: AbortSignal, what: string): Patience => ({
    signal,
    onWait: error => {
      metrics.waits.inc()
      log.warn({ err: error }, `${what}: trying again`)
    },
  })
  const admin = kafka.admin()
  const consumer = kafka.consumer({
    groupId: groups.worker,
    maxWaitTimeInMs: flushMs,
    minBytes: fetchMinBytes,
    maxBytes: fetchMaxBytes,
    maxBytesPerPartition: fetchMaxBytesPerPartition,
    sessionTimeout: sessionMs,
    heartbeatInterval: heartbeatMs,
    rebalanceTimeout: 30_000,
    allowAutoTopicCreation: false,
  })
  const readEnds = () => readLogEnds(admin)
  const connecting = patience(stop.signal, 'connecting to Kafka')
  options.starting('connecting to Kafka')
  await patiently(connecting, () => admin.connect())
  const name = { clusterId: await patiently(connecting, () => readClusterId(admin)), topic: topic.name }
  const counted = { events: 0, dead: 0 }
  let assignment: Assignment | undefined
  let lag: Lag | undefined

  const seek = (partition: number, offset: bigint) =>
    consumer.seek({ topic: topic.name, partition, offset: String(offset) })
  const fail = (error: unknown) => {
    if (!stop.signal.aborted) fatal(error)
  }
  const onCounted = (items: readonly Counted[]) => {
    observe(metrics, items, now())
    for (const { decoded } of items) counted[decoded.ok ? 'events' : 'dead']++
  }

  const eachBatch = async (payload: EachBatchPayload) => {
    const mine = assignment
    const { partition } = payload.batch
    if (!mine || stop.signal.aborted) return
    try {
      const ended = AbortSignal.any([stop.signal, mine.superseded.signal])
      await whileBeating(payload.heartbeat, heartbeatMs / 2, ended, async signal => {
        const position = (await orAborted(mine.claimed, signal)).get(partition)
        // What was fetched before the claim sent the consumer elsewhere is thrown away.
        if (!position || payload.isStale() || !payload.isRunning()) return
        const key = { ...name, partition }
        await countBatch(
          {
            ...{ pool, key, position, log, metrics, now, readEnds, onCounted },
            patience: patience(signal, `partition ${partition}`),
            seek: offset => seek(partition, offset),
          },
          payload,
        )
      })
    } catch (error) {
      if (error instanceof LostMembershipError) throw error.cause
      if (stop.signal.aborted || mine.superseded.signal.aborted) return
      // Not fetched again while the process ends.
      payload.pause()
      fail(error)
    }
  }

  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    assignment?.superseded.abort(new Error('the group rebalanced'))
    const partitions = payload.memberAssignment[topic.name] ?? []
    log.info({ partitions }, 'assigned')
    metrics.assigned.set(partitions.length)
    metrics.lag.reset()
    lag = undefined
    assignment = createAssignment({
      partitions,
      claim: signal => {
        const waiting = patience(AbortSignal.any([signal, stop.signal]), 'claiming offsets')
        return patiently(waiting, () => claimPartitions(pool, name, partitions, readEnds))
      },
      seek,
      onError: fail,
    })
  })
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (!payload.restart) fail(payload.error)
    else log.warn({ err: payload.error }, 'the consumer starts again')
  })

  await patiently(connecting, async () => {
    await consumer.connect()
    await consumer.subscribe({ topics: [topic.name], fromBeginning: true })
  })
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: concurrency,
    eachBatch,
  })
  const watching = watchLag({
    name,
    readEnds,
    positions: () => assignment?.positions() ?? new Map(),
    signal: stop.signal,
    onLag: byPartition => {
      for (const [partition, records] of byPartition) metrics.lag.set({ partition }, Number(records))
      lag = { byPartition, atMs: now() }
    },
    onError: error => {
      if (error instanceof OffsetError) fail(error)
      else log.warn({ err: error }, 'the lag is unknown')
    },
  })

  return {
    readiness: () => readinessOf(assignment, lag, counted, now()),
    stop: async () => {
      stop.abort(new Error('the worker is stopping'))
      await consumer.disconnect()
      await watching
      await admin.disconnect()
    },
  }
}
