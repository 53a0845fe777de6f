import { type Logger } from '../platform/log.ts'
import { type LogWriter } from '../platform/log-writer.ts'
import { type BatchQueue, createBatchQueue } from './batch-queue.ts'
import { isWithinHalf, type Rewind } from './cursor.ts'
import { type Arrival } from './intake.ts'
import { type IngestMetrics } from './metrics.ts'
import { type ReaderOptions, readSource } from './reader.ts'
import { type LogRecord, recordBytes } from './record.ts'
import { brokerAwayMs } from './status.ts'

/** Events in one send: kafkajs's grouping by partition is quadratic, and 500 measured fastest. */
const batchRecords = 500
/** Under the broker's 1 MiB for one partition's batch, into which all of a send's records may fall. */
const batchBytes = 1_048_576 - 8 * 1024
/** How long an event may wait for others, in ms. */
const lingerMs = 20

/** An empty queue between the source and the log. */
export function createArrivalQueue(rewind: Rewind): BatchQueue<Arrival> {
  return createBatchQueue({
    maxItems: batchRecords,
    maxBytes: batchBytes,
    lingerMs,
    fits: (first, next) => isWithinHalf(rewind, first.cursor, next.cursor),
  })
}

/**
 * Carries events from the source to the log, until the signal aborts; what was read by then is written.
 * @throws UnknownOutcome when an append failed: what is queued is dropped, the end of the log says where to go on;
 *   ConfigError from the source, once what was read is written.
 */
export async function carry(
  options: Omit<ReaderOptions, 'push'> & {
    queue: BatchQueue<Arrival>
    writer: LogWriter
    onWritten: () => void
  },
): Promise<void> {
  const { queue, writer, onWritten } = options
  const failed = new AbortController()
  const signal = AbortSignal.any([options.signal, failed.signal])
  const push = (arrival: Arrival) => queue.push(arrival, recordBytes(arrival.record))
  const reading = readSource({ ...options, push, signal }).finally(queue.close)
  const writing = drain(queue, records => write(writer, records, options), onWritten).catch(error => {
    failed.abort()
    queue.discard()
    throw error
  })
  const [read, written] = await Promise.allSettled([reading, writing])
  if (written.status === 'rejected') throw written.reason
  if (read.status === 'rejected') throw read.reason
}

async function drain(
  queue: BatchQueue<Arrival>,
  append: (records: readonly LogRecord[]) => Promise<void>,
  onWritten: () => void,
): Promise<void> {
  for (let batch = await queue.take(); batch; batch = await queue.take()) {
    await append(batch.map(({ record }) => record))
    onWritten()
  }
}

async function write(
  writer: LogWriter,
  records: readonly LogRecord[],
  { log, metrics }: { log: Logger; metrics: IngestMetrics },
): Promise<void> {
  let isLate = false
  const late = setTimeout(() => {
    isLate = true
    log.warn(
      { afterMs: brokerAwayMs },
      'the broker does not take events; the source is not read until it does',
    )
  }, brokerAwayMs)
  try {
    await writer.write(records)
  } finally {
    clearTimeout(late)
  }
  if (isLate) log.info('the broker takes events again')
  metrics.produced.inc(records.length)
  metrics.producedBytes.inc(records.reduce((sum, { value }) => sum + value.length, 0))
}
