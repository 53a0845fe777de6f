import { type KafkaMessage } from 'kafkajs'
import { pino } from 'pino'
import { createKafka, readLog, readLogEnds } from '../../runtime/src/platform/kafka.ts'

/** Reads the whole log as it stands. */
async function eachLogRecord(address: string, onRecord: (message: KafkaMessage) => void): Promise<void> {
  const log = pino({ level: 'silent' })
  const kafka = createKafka({ KAFKA_BROKERS: [address] }, { clientId: 'test', log })
  const admin = kafka.admin()
  await admin.connect()
  const ends = await readLogEnds(admin).finally(() => admin.disconnect())
  const ranges = new Map(
    [...ends].map(([partition, { start, end }]) => [partition, { from: start, to: end }]),
  )
  await readLog({ kafka, ranges, onRecord: (_partition, message) => onRecord(message) })
}

/**
 * Which simulated events the log lacks, and which it holds twice, by their number. The last few are left out: other
 * partitions may not have theirs yet.
 */
export async function strayEvents(address: string): Promise<{ missing: number[]; twice: number[] }> {
  const seen = new Map<number, number>()
  await eachLogRecord(address, message => {
    const { meta } = JSON.parse(String(message.value))
    // Every other offset is an event's: a canary may stand behind each.
    const n = Number(meta.offset) / 2
    seen.set(n, (seen.get(n) ?? 0) + 1)
  })
  const numbers = [...seen.keys()].sort((a, b) => a - b)
  const first = numbers[0] ?? 0
  const last = (numbers.at(-1) ?? 0) - 500
  const missing: number[] = []
  for (let n = first; n < last; n++) if (!seen.has(n)) missing.push(n)
  return { missing, twice: numbers.filter(n => (seen.get(n) ?? 0) > 1) }
}
