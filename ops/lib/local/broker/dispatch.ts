import { type Call, type Endpoint } from './endpoint.ts'
import { type FaultRules } from './faults.ts'
import { requestHeader } from './protocol/api.ts'
import { apiVersions } from './protocol/cluster.ts'
import { errors } from './protocol/errors.ts'
import { MalformedError, Reader } from './wire/reader.ts'
import { Writer } from './wire/writer.ts'

/** A response ready for the wire, its length in front; undefined where none is due. */
export type Frame = Buffer[] | undefined

function frame(correlationId: number, write: (to: Writer) => void): Buffer[] {
  const body = new Writer()
  body.int32(correlationId)
  write(body)
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.length)
  return [length, ...body.chunks()]
}

/**
 * Serves one request. What Kafka doesn't know it doesn't answer: an unknown API or version ends the connection, but for
 * ApiVersions, whose newer versions are told in version 0 which ones there are (KIP-511).
 * @throws MalformedError when it isn't a request; DroppedError when a fault says so.
 */
export async function dispatch(
  request: Buffer,
  endpoints: ReadonlyMap<number, Endpoint>,
  faults: FaultRules,
  caller: Pick<Call, 'clientHost' | 'signal'>,
): Promise<Frame> {
  const body = new Reader(request)
  const { key, version, correlationId, clientId } = requestHeader.read(body, 1)
  const known = endpoints.get(key)
  if (known && known.key === apiVersions.key && version > known.max) {
    const apis = [{ key, min: known.min, max: known.max }]
    const refused = { errorCode: errors.unsupportedVersion, apis, throttleMs: 0 }
    return frame(correlationId, to => apiVersions.response.write(to, refused, 0))
  }
  if (!known || version < known.min || version > known.max) {
    throw new MalformedError(`API ${key} version ${version} is not served`)
  }
  const answer = await known.serve(body, { ...caller, version, clientId: clientId ?? '' }, faults)
  return answer && frame(correlationId, answer)
}
