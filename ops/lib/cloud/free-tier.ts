import { Sha256 } from '@aws-crypto/sha256-js'
import { HttpRequest } from '@smithy/protocol-http'
import { SignatureV4 } from '@smithy/signature-v4'
import { z } from 'zod'
import { type Cloud } from './cloud.ts'

/** FreeTier's only endpoint, for all regions; there is no SDK client of it that could be installed. */
const service = { endpoint: 'https://freetier.us-east-1.api.aws', name: 'freetier', region: 'us-east-1' }

/** How long it may take to answer, in ms. */
const timeoutMs = 5_000

/** What GetAccountPlanState answers. */
const answerSchema = z.object({
  accountPlanType: z.enum(['FREE', 'PAID']),
  accountPlanStatus: z.string(),
  accountPlanRemainingCredits: z.object({ amount: z.number(), unit: z.literal('USD') }).optional(),
  /** The service's model says ISO 8601; the protocol's own way would be seconds since the epoch. */
  accountPlanExpirationDate: z
    .union([z.iso.datetime({ offset: true }), z.number()])
    .transform(date => new Date(typeof date === 'number' ? date * 1_000 : date))
    .optional(),
})

/** The plan of an account, as AWS tells it. */
export type AccountPlan = z.output<typeof answerSchema>

/** AWS, or what stands between, did not tell the plan. */
export class NoPlanError extends Error {
  override name = 'NoPlanError'
  readonly reason: 'older account' | 'not allowed' | 'unreachable' | 'not understood'

  constructor(reason: NoPlanError['reason'], message: string) {
    super(message)
    this.reason = reason
  }
}

/**
 * Asks for the account's plan: free or paid, what credit is left, and until when (FreeTier GetAccountPlanState).
 * `AWS_ENDPOINT_URL` points it elsewhere.
 * @throws NoPlanError that says why there is no answer; the credentials' own error when there are none.
 */
export async function readAccountPlan({ sts }: Pick<Cloud, 'sts'>): Promise<AccountPlan> {
  const url = new URL(process.env.AWS_ENDPOINT_URL ?? service.endpoint)
  const signed = await sign(url, sts)
  let status: number
  let text: string
  try {
    const { method, headers, body } = signed
    const response = await fetch(url, { method, headers, body, signal: AbortSignal.timeout(timeoutMs) })
    status = response.status
    text = await response.text()
  } catch (error) {
    throw new NoPlanError('unreachable', `${url.host} can't be reached (${reasonOf(error)})`)
  }
  if (status === 200) return parseAnswer(text)
  throw refusal(status, text)
}

/** The request, signed with the caller's credentials. */
async function sign(url: URL, sts: Cloud['sts']): Promise<HttpRequest> {
  const signer = new SignatureV4({
    service: service.name,
    region: service.region,
    credentials: sts.config.credentials,
    sha256: Sha256,
  })
  const request = new HttpRequest({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    path: '/',
    headers: {
      host: url.host,
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'AWSFreeTierService.GetAccountPlanState',
    },
    body: '{}',
  })
  return (await signer.sign(request)) as HttpRequest
}

function parseAnswer(text: string): AccountPlan {
  const { success, data } = answerSchema.safeParse(parseJson(text))
  if (success) return data
  throw new NoPlanError('not understood', 'the answer of GetAccountPlanState is not understood')
}

function refusal(status: number, text: string): NoPlanError {
  const { data } = z.object({ __type: z.string() }).safeParse(parseJson(text))
  // The name may have its namespace in front: `com.amazonaws.freetier#AccessDeniedException`.
  const name = data?.__type.replace(/^.*#/, '')
  if (name === 'ResourceNotFoundException') {
    return new NoPlanError('older account', "the account is older than AWS's Free and Paid plans")
  }
  if (name === 'AccessDeniedException') {
    return new NoPlanError('not allowed', 'freetier:GetAccountPlanState is not allowed to these credentials')
  }
  const what = name && /^\w{1,60}$/.test(name) ? name : `HTTP ${status}`
  return new NoPlanError('not understood', `GetAccountPlanState answers ${what}`)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `no answer in ${timeoutMs / 1_000} s`
  const { cause } = error
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.name
}
