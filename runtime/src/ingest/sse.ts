import { createParser } from 'eventsource-parser'
import { deadLetterHeadBytes, maxEventBytes } from '../contract.ts'
import { createLineLimit } from './line-limit.ts'

/** One SSE event of type `message`. */
export type Frame = {
  /** The bytes of `data`, unchanged; only the head when `size` is over `maxEventBytes`. */
  data: Buffer
  /** True size of `data` in bytes. */
  size: number
  /** The `id` line, when the frame has one. */
  id?: string
}

/** What comes in a stream beside events. */
export type Aside = { kind: 'comment' | 'error' | 'unknown-type' | 'malformed-line'; text: string }

/** Longest line that isn't data; real `id` lines have about 150 bytes. */
const maxFieldBytes = 16 * 1024

/** How much of an aside is worth a log line. */
const asideChars = 300

/**
 * Reads frames from a connection's bytes, one reader a connection: a frame that a cut left without its blank line is
 * never an event. Memory is bounded by `maxEventBytes` whatever comes.
 */
export function createFrameReader(on: { frame: (frame: Frame) => void; aside: (aside: Aside) => void }): {
  push(chunk: Buffer): void
} {
  const aside = (kind: Aside['kind'], text: string) =>
    on.aside({ kind, text: Buffer.from(text.slice(0, asideChars), 'latin1').toString() })

  const parser = createParser({
    onEvent: ({ event, id, data }) => {
      if (event === 'error') return aside('error', data)
      if (event !== undefined && event !== 'message') return aside('unknown-type', `${event}: ${data}`)
      const size = limit.dataBytes()
      const kept = size > maxEventBytes ? data.slice(0, deadLetterHeadBytes) : data
      on.frame({ data: Buffer.from(kept, 'latin1'), size, ...(id === undefined ? {} : { id }) })
    },
    onComment: text => aside('comment', text),
    onError: error => aside('malformed-line', error.message),
  })
  const limit = createLineLimit({
    maxDataBytes: maxEventBytes,
    maxOtherBytes: maxFieldBytes,
    onLine: line => parser.feed(line),
  })
  return { push: limit.push }
}
