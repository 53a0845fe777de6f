import { type IncomingMessage, type ServerResponse } from 'node:http'
import { idleTopic } from './event.ts'
import { type Faults, strikes } from './faults.ts'
import { opening } from './frame.ts'
import { type Random } from './random.ts'

/** Head of every stream, as KafkaSSE writes it. */
export const streamHead = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' }

/** Answers a request with the fault that strikes it, if one does. */
export function refused(
  request: IncomingMessage,
  response: ServerResponse,
  faults: Faults,
  random: Random,
): boolean {
  if (faults.requireContact && !hasContact(request.headers['user-agent'])) {
    answer(response, 403, 'Please set a user-agent with a contact: <client>/<version> (<URL or e-mail>)')
    return true
  }
  if (strikes(faults.tooManyRequests, random)) {
    response.setHeader('retry-after', faults.tooManyRequests.retryAfterSeconds)
    answer(response, 429, 'Too Many Concurrent Connections From Your Client IP')
    return true
  }
  if (strikes(faults.badGateway, random)) {
    answer(response, 502, 'Bad Gateway')
    return true
  }
  if (strikes(faults.errorEvent, random)) {
    const error = { message: 'Local: Broker transport failure', origin: 'kafka', code: -195 }
    const id = [{ topic: idleTopic, partition: 0, offset: -1 }]
    response.writeHead(200, streamHead)
    response.end(`${opening}event: error\nid: ${JSON.stringify(id)}\ndata: ${JSON.stringify(error)}\n\n`)
    return true
  }
  return false
}

/** Wikimedia's policy: a URL or an e-mail address in the user agent. */
function hasContact(userAgent: string | undefined): boolean {
  return /https?:\/\/|\S@\S/.test(userAgent ?? '')
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' })
  response.end(`${text}\n`)
}
