import { type Codec, int16, int32, nullableString, struct } from '../wire/codec.ts'

/** One request of the protocol: its number, the versions served, and both bodies. */
export type Api<Request, Response> = {
  name: string
  key: number
  min: number
  max: number
  request: Codec<Request>
  response: Codec<Response>
}

/** The type of an API's request body. */
export type RequestOf<A> = A extends Api<infer Request, infer _> ? Request : never
/** The type of an API's response body. */
export type ResponseOf<A> = A extends Api<infer _, infer Response> ? Response : never

/**
 * Request header 1, that of every version served here. A newer version of ApiVersions comes with header 2, which is the
 * same as far as the client id.
 */
export const requestHeader = struct<RequestHeader>({
  key: int16,
  version: int16,
  correlationId: int32,
  clientId: nullableString,
})
export type RequestHeader = { key: number; version: number; correlationId: number; clientId: string | null }

/** Declares an API; a function only so that its types are inferred. */
export function api<Request, Response>(declared: Api<Request, Response>): Api<Request, Response> {
  return declared
}
