import { setTimeout as sleep } from 'node:timers/promises'
import { type FaultRules } from './faults.ts'
import { type Api } from './protocol/api.ts'
import { merged, narrowed, targetsOf } from './targets.ts'
import { type Reader } from './wire/reader.ts'
import { type Writer } from './wire/writer.ts'

/** What a request comes with besides its body. */
export type Call = {
  version: number
  clientId: string
  /** The client's address. */
  clientHost: string
  /** Aborted when nobody waits for the answer any more. */
  signal: AbortSignal
}

/** The connection is to be closed without an answer. */
export class DroppedError extends Error {
  override name = 'DroppedError'
}

/** Writes a response body; undefined where none is due. */
type Answer = ((to: Writer) => void) | undefined

/** An API together with what serves it, its types put away so that many stand in one table. */
export type Endpoint = {
  name: string
  key: number
  min: number
  max: number
  serve(body: Reader, call: Call, faults: FaultRules): Promise<Answer>
}

/**
 * Binds an API to its implementation. `refuse` gives the response that carries an error code for all of the request;
 * `handle` may give undefined where the protocol has no answer.
 */
export function endpoint<Request extends object, Response extends object>(
  api: Api<Request, Response>,
  implementation: {
    handle(request: Request, call: Call): Promise<Response | undefined> | Response | undefined
    refuse(request: Request, errorCode: number): Response
  },
): Endpoint {
  const { name, key, min, max } = api
  return {
    name,
    key,
    min,
    max,
    serve: async (body, call, faults) => {
      const request = api.request.read(body, call.version)
      const targets = targetsOf(request)
      const met = faults.meet(name, targets)
      if (met.delayMs > 0) await sleep(met.delayMs, undefined, { signal: call.signal })
      if (met.drop === 'before') throw new DroppedError(`${name} dropped before it took effect`)
      const response = await answer()
      if (met.drop === 'after') throw new DroppedError(`${name} dropped after it took effect`)
      return response && (to => api.response.write(to, response, call.version))

      async function answer(): Promise<Response | undefined> {
        const whole = met.errorFor({})
        if (whole !== 0) return implementation.refuse(request, whole)
        const codes = new Set(targets.map(target => met.errorFor(target)))
        codes.delete(0)
        if (codes.size === 0) return implementation.handle(request, call)
        const sound = narrowed(request, target => met.errorFor(target) === 0)
        let response: Response | undefined = await implementation.handle(sound, call)
        for (const code of codes) {
          const refused = implementation.refuse(
            narrowed(request, target => met.errorFor(target) === code),
            code,
          )
          if (response) response = merged<Response>(response, refused)
        }
        return response
      }
    },
  }
}
