import { type Logger } from 'pino'
import { type Coordinator } from '../groups/coordinator.ts'
import { errors, ProtocolError } from '../protocol/errors.ts'
import { type Topics } from '../topics/topics.ts'

/** This broker's id: the only one of its cluster. */
export const nodeId = 1

/** Where lines go: a pino logger, or anything with these methods. */
export type BrokerLog = Pick<Logger, 'info' | 'warn' | 'error'>

/** What the APIs work on. */
export type Context = {
  clusterId: string
  topics: Topics
  coordinator: Coordinator
  log: BrokerLog
  /** The address clients are told to connect to. */
  advertised: () => { host: string; port: number }
  nextProducerId: () => Promise<number>
  /** Topics that are asked for are made, with one partition. Off unless it was asked for. */
  autoCreateTopics: boolean
}

/** The error code a client is answered with; what isn't the client's or the disk's doing is logged. */
export function codeOf(error: unknown, log: BrokerLog): number {
  if (error instanceof ProtocolError) return error.code
  log.error({ err: error }, 'a request failed for a reason that is a fault of the broker')
  return errors.unknown
}
