import { type Call, callOf } from '../calls.ts'

/** An error as the SDK, or the network beneath it, throws it. */
export type Failure = {
  /** AWS's code, `VcpuLimitExceeded`, or the class of the error. */
  name: string
  message: string
  /** Of the answer, when there was one. */
  status?: number
  requestId?: string
  /** Code of the network or of TLS: `ENOTFOUND`. */
  code?: string
  /** Which call it was, where its client is watched. */
  call?: Call
  /** The region that S3 says a bucket is in. */
  bucketRegion?: string
  /** A web page was answered. */
  page: boolean
}

/** Turns a failure into a sentence; undefined when it is of another kind. */
export type InWords = (failure: Failure) => string | undefined

/** Reads an error; undefined when neither AWS nor the way to it threw it. */
export function failureOf(error: unknown): Failure | undefined {
  if (!(error instanceof Error)) return undefined
  const { $metadata, $response, code, name } = error as SdkError
  const call = callOf(error)
  const isOfAws = $metadata !== undefined || call !== undefined || /^(Credentials|Token)Provider/.test(name)
  if (!isOfAws) return error.cause === undefined ? undefined : failureOf(error.cause)
  const status = $metadata?.httpStatusCode ?? $response?.statusCode
  const header = (key: string) => $response?.headers?.[key]
  const bucketRegion = header('x-amz-bucket-region')
  return {
    // HEAD has no body, and so no code: the status is all there is.
    name: /^Unknown(Error)?$/.test(name) ? `HTTP ${status ?? 'without a status'}` : name,
    message: error.message,
    ...(status === undefined ? {} : { status }),
    ...($metadata?.requestId ? { requestId: $metadata.requestId } : {}),
    ...(typeof code === 'string' ? { code } : {}),
    ...(call ? { call } : {}),
    ...(bucketRegion ? { bucketRegion } : {}),
    page: name === 'ForeignAnswerError' || /^text\/html/i.test(header('content-type') ?? ''),
  }
}

type SdkError = Error & {
  code?: unknown
  $metadata?: { httpStatusCode?: number; requestId?: string }
  $response?: { statusCode?: number; headers?: Record<string, string | undefined> }
}

/** The call for a sentence: `EC2 RunInstances`. */
export function callInWords({ call }: Failure): string {
  return call ? `${call.service} ${call.command}` : 'the call'
}

/** The option of the AWS command line that names the region, where it is known. */
export function regionFlag({ call }: Failure): string {
  return call ? ` --region ${call.region}` : ''
}
