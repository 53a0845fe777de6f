import { HttpResponse } from '@smithy/protocol-http'

/** A call to AWS, as its SDK names it. */
export type Call = {
  /** `EC2`, `S3`. */
  service: string
  /** `RunInstances`. */
  command: string
  region: string
}

/** An answer that isn't AWS's: a proxy's page, a hotel's sign-in. */
class ForeignAnswerError extends Error {
  override name = 'ForeignAnswerError'
  status: number
  constructor(status: number) {
    super(`HTTP ${status} with a web page in it`)
    this.status = status
  }
}

/** What `watchCalls` needs of an SDK client: all of them have it. */
type Client = {
  config: { region: () => Promise<string> }
  middlewareStack: {
    add(middleware: Middleware, options: { step: 'initialize'; name: string }): void
    add(middleware: Middleware, options: { step: 'deserialize'; name: string }): void
  }
}
type Middleware = <Args, Result extends object>(
  next: (args: Args) => Promise<Result>,
  context: { clientName?: string; commandName?: string },
) => (args: Args) => Promise<Result>

const calls = new WeakMap<object, Call>()

/** The call that an error came from; undefined when its client isn't watched. */
export function callOf(error: unknown): Call | undefined {
  return typeof error === 'object' && error !== null ? calls.get(error) : undefined
}

/**
 * Lets a client remember which call an error came from, which AWS doesn't always say, and refuse web pages: the
 * SDK takes a proxy's page with status 200 for an empty answer.
 */
export function watchCalls<T>(client: T & Client): T {
  const { middlewareStack, config } = client
  middlewareStack.add(
    (next, { clientName = '', commandName = '' }) =>
      async args => {
        try {
          return await next(args)
        } catch (error) {
          if (typeof error === 'object' && error !== null) {
            const service = clientName.replace(/Client$/, '')
            const command = commandName.replace(/Command$/, '')
            calls.set(error, { service, command, region: await config.region() })
          }
          throw error
        }
      },
    { step: 'initialize', name: 'rememberCall' },
  )
  middlewareStack.add(
    next => async args => {
      const result = await next(args)
      if ('response' in result && HttpResponse.isInstance(result.response)) {
        const { statusCode, headers } = result.response
        const named = Object.keys(headers).some(name => /^x-amzn?-request-?id$/i.test(name))
        const page = /^text\/html/i.test(headers['content-type'] ?? '')
        // A busy front end of AWS answers with a page too: such calls are the SDK's to repeat.
        if (page && !named && statusCode < 500) throw new ForeignAnswerError(statusCode)
      }
      return result
    },
    { step: 'deserialize', name: 'refuseWebPages' },
  )
  return client
}
