import { activeTopic, idleTopic } from './event.ts'

/** The first bytes of every stream: a comment, so that the client sees the response before the first event. */
export const opening = ':ok\n\n'

/**
 * An SSE frame as EventStreams writes it: `event: message`, the cursor as `id`, the event as one line of `data`, a
 * blank line. Line ends inside text or bytes become further `data` lines, as KafkaSSE's SSEResponse does it; an event
 * object becomes its JSON.
 */
export function frame(event: object | string | Uint8Array, id: string): Buffer {
  const data = event instanceof Uint8Array ? event : Buffer.from(asText(event))
  const head = `event: message\nid: ${id}\n`
  return Buffer.concat([Buffer.from(`${head}data: `), singleLines(data), Buffer.from('\n\n')])
}

function asText(event: object | string): string {
  return typeof event === 'string' ? event : JSON.stringify(event)
}

function singleLines(data: Uint8Array): Uint8Array {
  if (!data.includes(0x0a) && !data.includes(0x0d)) return data
  // latin1 keeps every byte as it is, whether or not the bytes are UTF-8.
  const text = Buffer.from(data).toString('latin1')
  return Buffer.from(text.replace(/[\r\n]+/g, '\ndata: '), 'latin1')
}

/**
 * The cursor that stands in an event's `id`: the active topic with the record's time + 1 ms, so that a plain resume
 * doesn't get the same event again (and skips other events of that millisecond), the idle topic at its end.
 * KafkaSSE lists entries with offsets first once a client has resumed with this cursor: then `resumed` is true.
 */
export function cursorAfter(recordMs: number, resumed = false): string {
  const active = `{"topic":"${activeTopic}","partition":0,"timestamp":${recordMs + 1}}`
  const idle = `{"topic":"${idleTopic}","partition":0,"offset":-1}`
  return resumed ? `[${idle},${active}]` : `[${active},${idle}]`
}
