import { connect, type Socket } from 'node:net'
import { readFrames } from '../../ops/lib/local/broker/frames.ts'
import { type Api, type RequestHeader, requestHeader } from '../../ops/lib/local/broker/protocol/api.ts'
import { int32 } from '../../ops/lib/local/broker/wire/codec.ts'
import { Reader } from '../../ops/lib/local/broker/wire/reader.ts'
import { Writer } from '../../ops/lib/local/broker/wire/writer.ts'

/** A client that sends exactly what it is told, one request at a time, to see what a broker does with it. */
export type RawClient = {
  /** Sends a request and gives its response. @throws Error when the connection is closed instead. */
  send<Request, Response>(api: Api<Request, Response>, version: number, request: Request): Promise<Response>
  /** Sends a request with any body; gives the response's body. @throws Error when the connection is closed. */
  sendBytes(key: number, version: number, body: Buffer): Promise<Reader>
  /** Sends bytes as they are, and reads nothing. */
  write(bytes: Buffer): void
  /** Resolves when the broker has closed the connection. */
  closed: Promise<void>
  close(): void
}

/** A request's body as it stands on the wire. */
export function bodyBytes<Request>(api: Api<Request, unknown>, version: number, request: Request): Buffer {
  const body = new Writer()
  api.request.write(body, request, version)
  return Buffer.concat(body.chunks())
}

/** A whole request as it stands on the wire. */
export function requestBytes(header: RequestHeader, body: Buffer): Buffer {
  const request = new Writer()
  requestHeader.write(request, header, 1)
  request.bytes(body)
  const length = Buffer.alloc(4)
  length.writeInt32BE(request.length)
  return Buffer.concat([length, ...request.chunks()])
}

/** Connects to `host:port`. @throws the system's error. */
export async function connectRaw(address: string, clientId = 'raw'): Promise<RawClient> {
  const [host = '', port = ''] = address.split(':')
  const socket = await new Promise<Socket>((resolve, reject) => {
    const opened = connect({ host, port: Number(port) }, () => resolve(opened))
    opened.once('error', reject)
  })
  socket.on('error', () => {})
  const closed = new Promise<void>(resolve => {
    socket.once('close', () => resolve())
  })
  const frames = readFrames(socket)
  let correlationId = 0

  const sendBytes = async (key: number, version: number, body: Buffer) => {
    const id = ++correlationId
    socket.write(requestBytes({ key, version, correlationId: id, clientId }, body))
    const frame = await frames.next().catch(() => undefined)
    if (!frame || frame.done) throw new Error('the broker closed the connection')
    const answer = new Reader(frame.value)
    const answered = int32.read(answer, 0)
    if (answered !== id) throw new Error(`answer to request ${answered} instead of ${id}`)
    return answer
  }

  return {
    sendBytes,
    send: async (api, version, request) => {
      const answer = await sendBytes(api.key, version, bodyBytes(api, version, request))
      return api.response.read(answer, version)
    },
    write: bytes => socket.write(bytes),
    closed,
    close: () => socket.destroy(),
  }
}
