import { headers } from '../contract.ts'
import { type LogRecord, toRecord } from '../events/record.ts'
import { type KafkaMessage } from '../platform/kafka.ts'

/** A record of the log, as far as the lake keeps it. */
export type LakeRecord = LogRecord & {
  value: Buffer | undefined
  /** The source's cursor after this event. */
  sseId: string | undefined
}

/** Takes what the lake keeps out of a message, read as the workers read it, so that both judge it alike. */
export function toLakeRecord(
  message: Pick<KafkaMessage, 'offset' | 'timestamp' | 'value' | 'headers'>,
): LakeRecord {
  const sseId = message.headers?.[headers.sseId]
  return {
    ...toRecord(message),
    value: message.value ?? undefined,
    sseId: (Array.isArray(sseId) ? sseId[0] : sseId)?.toString('utf8'),
  }
}
