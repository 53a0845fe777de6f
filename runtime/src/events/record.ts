import { type Source } from '../contract.ts'

/** A record of the log, free of the client library that fetched it. */
export type LogRecord = {
  offset: bigint
  /** When it came into the log, ms since 1970. */
  appendedAtMs: number
  value: Uint8Array | undefined
  source: Source
  /** Whole size in bytes of an event that was too large to be stored whole. */
  oversizedBytes: number | undefined
}
