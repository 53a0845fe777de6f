import { type Source } from '../contract.ts'
import { type Cursor } from '../platform/source-cursor.ts'
import { identify, readEnvelope } from './identity.ts'
import { type LogRecord, toRecord } from './record.ts'
import { type Seen } from './seen.ts'
import { type Frame } from './sse.ts'

/** A record on its way to the log, with what is counted about it. */
export type Arrival = {
  record: LogRecord
  cursor: Cursor | undefined
  isOversized: boolean
  isUnparsable: boolean
}

/**
 * Decides about a frame. Canaries (events that Wikimedia makes up to test its own pipes) and what is known already go
 * no further; anything else does, however broken: it is for the workers to judge.
 * @param cursor the position in the stream after this frame
 */
export function admit(
  frame: Frame,
  cursor: Cursor | undefined,
  source: Source,
  seen: Seen,
): 'canary' | 'duplicate' | Arrival {
  const isOversized = frame.size > frame.data.length
  const envelope = isOversized ? undefined : readEnvelope(frame.data)
  if (envelope?.domain === 'canary') return 'canary'
  const identity = identify({ ...frame, cursor }, envelope)
  if (!seen.add(identity)) return 'duplicate'
  const record = toRecord({ frame, envelope, identity, cursor, source })
  return { record, cursor, isOversized, isUnparsable: !isOversized && envelope === undefined }
}
