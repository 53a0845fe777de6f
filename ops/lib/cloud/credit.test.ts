import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { type AddressInfo } from 'node:net'
import { STSClient } from '@aws-sdk/client-sts'
import { afterEach, expect, test, vi } from 'vitest'
import { readCredit } from './credit.ts'

const secretAccessKey = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
const cloud = {
  sts: new STSClient({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey, sessionToken: 'session-secret' },
  }),
}
const stack = { budget: { creditUsd: 100 } }

let server: Server | undefined
let onUnanswered = () => {}
let received: { headers: IncomingHttpHeaders; body: string }

afterEach(() => {
  vi.unstubAllEnvs()
  server?.closeAllConnections()
  server?.close()
  server = undefined
})

/** Answers the one call as AWS does; undefined never answers. */
async function answering(answer: { status: number; body: string } | undefined): Promise<void> {
  const started = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    received = { headers: request.headers, body }
    if (answer) response.writeHead(answer.status).end(answer.body)
    else onUnanswered()
  })
  server = started
  await new Promise<void>(settle => started.listen(0, '127.0.0.1', settle))
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(started.address() as AddressInfo).port}`)
}

const freePlan = {
  accountId: '111122223333',
  accountPlanType: 'FREE',
  accountPlanStatus: 'ACTIVE',
  accountPlanRemainingCredits: { amount: 87.5, unit: 'USD' },
  accountPlanExpirationDate: '2027-01-22T00:00:00Z',
}
const json = (answer: object, status = 200) => ({ status, body: JSON.stringify(answer) })

test('what the account says is left counts, not what the description says', async () => {
  await answering(json(freePlan))
  expect(await readCredit(cloud, stack)).toEqual({
    plan: 'free',
    remainingUsd: 87.5,
    expires: new Date('2027-01-22T00:00:00Z'),
    source: 'account',
  })
})

test('the call is signed for FreeTier in its one region, wherever the stack stands', async () => {
  await answering(json(freePlan))
  await readCredit(cloud, stack)
  expect(received.body).toBe('{}')
  expect(received.headers).toMatchObject({
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': 'AWSFreeTierService.GetAccountPlanState',
    'x-amz-security-token': 'session-secret',
  })
  expect(received.headers.authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/us-east-1\/freetier\/aws4_request, SignedHeaders=[\w;-]*host[\w;-]*x-amz-target, Signature=[0-9a-f]{64}$/,
  )
})

test('an expiry in seconds since the epoch is read as well', async () => {
  await answering(json({ ...freePlan, accountPlanExpirationDate: 1_800_576_000 }))
  expect((await readCredit(cloud, stack)).expires).toEqual(new Date('2027-01-22T00:00:00Z'))
})

test('a plan that has expired leaves nothing, whatever number comes with it', async () => {
  await answering(json({ ...freePlan, accountPlanStatus: 'EXPIRED' }))
  expect(await readCredit(cloud, stack)).toMatchObject({
    remainingUsd: 0,
    note: expect.stringContaining('expired'),
  })
})

test('a paid plan without a credit takes the one of the description, and says so', async () => {
  const { accountPlanRemainingCredits: _, ...rest } = freePlan
  await answering(json({ ...rest, accountPlanType: 'PAID' }))
  expect(await readCredit(cloud, stack)).toMatchObject({
    plan: 'paid',
    remainingUsd: 100,
    source: 'config',
    note: "the account's plan names no credit: the credit of $100.00 is what wikiflow.config.ts says",
  })
})

test.each([
  [
    'an older account',
    json({ __type: 'ResourceNotFoundException', message: 'No plan for 111122223333' }, 400),
    'older account',
    "the account is older than AWS's Free and Paid plans",
  ],
  [
    'a missing permission',
    json(
      { __type: 'com.amazonaws.freetier#AccessDeniedException', Message: 'User: arn:… is not authorized' },
      400,
    ),
    'not allowed',
    'freetier:GetAccountPlanState is not allowed to these credentials',
  ],
  [
    'a throttled call',
    json({ __type: 'ThrottlingException' }, 400),
    'not understood',
    'GetAccountPlanState answers ThrottlingException',
  ],
  [
    "a proxy's page",
    { status: 502, body: `<html>${secretAccessKey}</html>` },
    'not understood',
    'GetAccountPlanState answers HTTP 502',
  ],
  [
    'a login page',
    { status: 200, body: '<html>Welcome</html>' },
    'not understood',
    'the answer of GetAccountPlanState is not understood',
  ],
  [
    'a plan that is new',
    json({ ...freePlan, accountPlanType: 'PLATINUM' }),
    'not understood',
    'the answer of GetAccountPlanState is not understood',
  ],
  [
    'a credit in another currency',
    json({ ...freePlan, accountPlanRemainingCredits: { amount: 700, unit: 'CNY' } }),
    'not understood',
    'the answer of GetAccountPlanState is not understood',
  ],
])('%s leads to the credit of the description, with a note', async (_what, answer, reason, why) => {
  await answering(answer)
  const credit = await readCredit(cloud, stack)
  expect(credit).toEqual({
    plan: undefined,
    remainingUsd: 100,
    source: 'config',
    reason,
    note: `${why}: the credit of $100.00 is what wikiflow.config.ts says`,
  })
})

test('nobody at that address leads to the credit of the description', async () => {
  await answering(undefined)
  server?.close()
  expect(await readCredit(cloud, stack)).toMatchObject({
    reason: 'unreachable',
    note: expect.stringMatching(
      /^127\.0\.0\.1:\d+ can't be reached \(ECONNREFUSED\): the credit of \$100\.00/,
    ),
  })
})

test('a service that never answers is not waited for', async () => {
  await answering(undefined)
  const late = new AbortController()
  vi.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(late.signal)
  onUnanswered = () =>
    late.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'))
  expect(await readCredit(cloud, stack)).toMatchObject({
    reason: 'unreachable',
    note: expect.stringContaining('no answer in 5 s'),
  })
})

test('credentials that can not be had are an error of their own, not an unknown credit', async () => {
  const broken = new STSClient({
    region: 'eu-west-1',
    credentials: async () => {
      throw Object.assign(new Error('token expired'), { name: 'CredentialsProviderError' })
    },
  })
  await expect(readCredit({ sts: broken }, stack)).rejects.toThrow('token expired')
})
