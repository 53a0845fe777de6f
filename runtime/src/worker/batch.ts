import { type Pool } from 'pg'
import { type Counted } from '../events/aggregate.ts'
import { decode } from '../events/decode.ts'
import { toRecord } from '../events/record.ts'
import { type EachBatchPayload } from '../platform/kafka.ts'
import { type Logger } from '../platform/log.ts'
import { type Position } from './assignment.ts'
import { assertInLog, assertNotPastEnd, type LogEnds } from './claim.ts'
import { type WorkerMetrics } from './metrics.ts'
import { type Patience, patiently } from './patience.ts'
import { type OffsetKey } from './statement.ts'
import { store } from './store.ts'

/** What counting a batch needs besides the batch. */
export type BatchContext = {
  pool: Pool
  key: OffsetKey
  position: Position
  patience: Patience
  log: Logger
  metrics: WorkerMetrics
  now: () => number
  readEnds: () => Promise<ReadonlyMap<number, LogEnds>>
  seek: (offset: bigint) => void
  onCounted: (counted: readonly Counted[]) => void
}

/**
 * Counts a fetched batch, moves the position, and tells kafkajs how far it got. A batch that doesn't go on where
 * counting stands is not counted: the consumer is sent to where it does.
 * @throws OffsetError when the log no longer holds what comes next; what `store` throws.
 */
export async function countBatch(context: BatchContext, payload: EachBatchPayload): Promise<void> {
  const { key, position, patience, metrics, now } = context
  if (!(await goesOn(context, payload))) return
  const items: Counted[] = []
  for (const message of payload.batch.messages) {
    if (BigInt(message.offset) < position.next) continue
    const record = toRecord(message)
    items.push({ record, decoded: decode(record) })
  }
  const last = items.at(-1)?.record.offset
  if (last === undefined) return sendTo(context)
  const timer = metrics.storing.startTimer()
  position.busy = true
  const { next, counted } = await store(
    { pool: context.pool, key, patience, now },
    position.next,
    items,
  ).finally(() => {
    position.busy = false
  })
  timer()
  position.next = next
  context.onCounted(counted)
  if (next !== last + 1n) {
    metrics.fenced.inc()
    context.log.info(
      { partition: key.partition, next: String(next) },
      'another process counted this partition',
    )
    return sendTo(context)
  }
  payload.resolveOffset(String(last))
  await tellKafka(context, payload, next)
}

/** Does the batch begin where counting stands? An offset out of range is answered by kafkajs with a silent jump. */
async function goesOn(context: BatchContext, { batch }: EachBatchPayload): Promise<boolean> {
  const { key, position } = context
  const first = BigInt(batch.messages[0]?.offset ?? position.next)
  if (first === position.next) return true
  if (first > position.next && position.sought !== position.next) {
    sendTo(context)
    return false
  }
  const log = (await patiently(context.patience, context.readEnds)).get(key.partition)
  if (!log) return false
  if (first < position.next) {
    assertNotPastEnd(key, position.next, log)
  } else {
    assertInLog(key, position.next, log)
    const gap = { partition: key.partition, from: String(position.next), to: String(first) }
    context.log.warn(gap, 'the log has a hole, which holds no records')
  }
  return true
}

function sendTo({ position, seek }: BatchContext): void {
  position.sought = position.next
  seek(position.next)
}

/** Kafka's own commit is for lag tools alone: a failure, such as a rebalance, shows at the next heartbeat. */
async function tellKafka(context: BatchContext, payload: EachBatchPayload, next: bigint): Promise<void> {
  const { topic, partition } = context.key
  const topics = [{ topic, partitions: [{ partition, offset: String(next) }] }]
  await payload
    .commitOffsetsIfNecessary({ topics })
    .catch(error => context.log.debug({ err: error, partition }, 'the commit to Kafka failed'))
}
