import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo } from 'node:net'
import { DescribeBudgetsCommand } from '@aws-sdk/client-budgets'
import { DescribeVpcsCommand, EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2'
import { CreateDBInstanceCommand } from '@aws-sdk/client-rds'
import { GetBucketTaggingCommand, HeadBucketCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { UserError } from '../script.ts'
import { type Cloud, openCloud } from './cloud.ts'
import { inWords, sentenceOf } from './errors.ts'

type Answer = (response: ServerResponse, attempt: number) => void

/** A stand-in for AWS on loopback: the next call is answered by `answer`. */
let answer: Answer
let attempts: number[] = []
const server = createServer((_request, response) => {
  attempts.push(performance.now())
  answer(response, attempts.length)
})
let cloud: Cloud
let url: string

beforeAll(async () => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  vi.stubEnv('AWS_ENDPOINT_URL', url)
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret-example')
  vi.stubEnv('AWS_SESSION_TOKEN', undefined)
  answer = response => response.end(identity)
  cloud = await openCloud('us-east-1')
})
beforeEach(() => {
  attempts = []
})
afterAll(() => {
  vi.unstubAllEnvs()
  server.close()
})

const identity =
  '<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/an</Arn><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>'

/** How each protocol of AWS says no. */
const wire = {
  ec2: (code: string, message: string) =>
    `<Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors><RequestID>r-1</RequestID></Response>`,
  rds: (code: string, message: string) =>
    `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r-1</RequestId></ErrorResponse>`,
  s3: (code: string, message: string) => `<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
  budgets: (code: string, message: string) => JSON.stringify({ __type: code, Message: message }),
}
type Service = keyof typeof wire

const send: Record<Service, () => Promise<unknown>> = {
  ec2: () =>
    cloud.ec2.send(
      new RunInstancesCommand({ MinCount: 1, MaxCount: 1, ClientToken: 'token', ImageId: 'ami-1' }),
    ),
  rds: () =>
    cloud.rds.send(
      new CreateDBInstanceCommand({ DBInstanceIdentifier: 'a', DBInstanceClass: 'b', Engine: 'c' }),
    ),
  s3: () => cloud.s3.send(new GetBucketTaggingCommand({ Bucket: 'wikiflow' })),
  budgets: () => cloud.budgets.send(new DescribeBudgetsCommand({ AccountId: '123456789012' })),
}

async function errorOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => expect.unreachable('the call must fail'),
    error => error,
  )
}

async function sentence(service: Service, code: string, message = '', status = 400): Promise<string> {
  answer = response => response.writeHead(status).end(wire[service](code, message))
  return sentenceOf(await errorOf(send[service]()))
}

const denied = (why: string) =>
  `User: arn:aws:iam::123456789012:user/an is not authorized to perform: rds:CreateDBInstance on resource: arn:aws:rds:us-east-1:123456789012:db:wikiflow ${why}`

test.each([
  [
    'rds',
    'ExpiredToken',
    'The security token included in the request is expired',
    /credentials have expired: sign in/,
  ],
  ['ec2', 'RequestExpired', 'Request has expired.', /by this machine's clock/],
  [
    'rds',
    'InvalidSignatureException',
    'Signature expired: 1 is now earlier than 2',
    /by this machine's clock/,
  ],
  ['ec2', 'AuthFailure', 'AWS was not able to validate', /us-east-1 must be enabled first/],
  ['rds', 'InvalidClientTokenId', 'The security token is invalid', /aws sts get-caller-identity/],
  ['s3', 'SignatureDoesNotMatch', 'The request AKIDEXAMPLE …', /secret access key doesn't belong/],
  [
    'rds',
    'AccessDenied',
    denied('because no identity-based policy allows the rds:CreateDBInstance action'),
    /^arn:aws:iam::123456789012:user\/an may not rds:CreateDBInstance on arn:aws:rds:\S+:db:wikiflow: it is in statement \w+ of docs\/operator-policy\.json/,
  ],
  [
    'rds',
    'AccessDenied',
    denied('with an explicit deny in a service control policy'),
    /service control policy of the organization/,
  ],
  [
    'rds',
    'AccessDenied',
    denied('because no permissions boundary allows the rds:CreateDBInstance action'),
    /permissions boundary/,
  ],
  [
    'rds',
    'AccessDenied',
    denied('with an explicit deny in an identity-based policy'),
    /a policy \(identity-based\) denies it expressly/,
  ],
  ['s3', 'AccessDenied', 'Access Denied', /^this user or role may not s3:GetBucketTagging: /],
  ['budgets', 'AccessDeniedException', '', /may not budgets:ViewBudget/],
  [
    'ec2',
    'VcpuLimitExceeded',
    'You have requested more vCPU capacity than your limit of 1',
    /--service-code ec2 --quota-code L-1216C47A --region us-east-1 --desired-value/,
  ],
  ['ec2', 'AddressLimitExceeded', 'The maximum number of addresses has been reached.', /L-0263D0A3/],
  ['rds', 'InstanceQuotaExceeded', 'no', /--service-code rds --quota-code L-7B6409FD/],
  ['rds', 'StorageQuotaExceeded', 'no', /L-7ADDB58A.*database\.storageGb/],
  ['s3', 'TooManyBuckets', 'no', /L-DC2B2D3D/],
  ['ec2', 'SomeNewLimitExceeded', 'no', /list-service-quotas --service-code ec2/],
  [
    'ec2',
    'InsufficientInstanceCapacity',
    'We currently do not have sufficient t3.medium capacity in the Availability Zone you requested (us-east-1a). You can currently get it by choosing us-east-1b, us-east-1c.',
    /zone us-east-1a has none left .* names us-east-1b, us-east-1c/,
  ],
  ['rds', 'InsufficientDBInstanceCapacity', 'no', /database\.class/],
  [
    'ec2',
    'InvalidParameterCombination',
    'The specified instance type is not eligible for Free Tier.',
    /Free plan.*npx zx ops\/prepare\.ts/,
  ],
  [
    'rds',
    'FreeTierRestrictionError',
    'The specified backup retention period exceeds the maximum available to free tier customers.',
    /database\.backupDays/,
  ],
  [
    's3',
    'AuthorizationHeaderMalformed',
    "the region 'us-east-1' is wrong; expecting 'eu-west-1'",
    /stands in region eu-west-1, and us-east-1 was asked/,
  ],
  ['s3', 'BucketAlreadyExists', 'no', /belongs to another account/],
  [
    'ec2',
    'OptInRequired',
    'You are not subscribed to this service.',
    /aws account enable-region --region-name us-east-1/,
  ],
  ['ec2', 'InvalidAMIID.NotFound', "The image id 'ami-1' does not exist", /looks for the newest/],
  ['ec2', 'DependencyViolation', 'resource sg-1 has a dependent object', /sg-1/],
  [
    'ec2',
    'InvalidParameterValue',
    'Value (x) for parameter y is invalid',
    /^AWS refused EC2 RunInstances \(InvalidParameterValue: Value \(x\) for parameter y is invalid/,
  ],
] as const)('%s says %s: the sentence tells what to do', async (service, code, message, expected) => {
  const said = await sentence(service, code, message, code.includes('Denied') ? 403 : 400)
  expect(said).toMatch(expected)
  expect(said).not.toMatch(/\n|undefined|secret-example/)
})

test('a message that only says that access is denied, encoded or not, is never repeated whole', async () => {
  const encoded = 'x'.repeat(2_000)
  const message = `You are not authorized to perform this operation. User: arn:aws:iam::123456789012:user/an is not authorized to perform: ec2:RunInstances on resource: * because no identity-based policy allows the ec2:RunInstances action. Encoded authorization failure message: ${encoded}`
  const said = await sentence('ec2', 'UnauthorizedOperation', message, 403)
  expect(said).toMatch(/user\/an may not ec2:RunInstances: it is in statement/)
  expect(said).not.toContain('xxx')
})

test('S3 answers HEAD without words: the status and the call are enough', async () => {
  const head = async (status: number, headers = {}) => {
    answer = response => response.writeHead(status, headers).end()
    return sentenceOf(await errorOf(cloud.s3.send(new HeadBucketCommand({ Bucket: 'wikiflow' }))))
  }
  expect(await head(403)).toMatch(/may not s3:ListBucket/)
  expect(await head(301, { 'x-amz-bucket-region': 'eu-west-1' })).toMatch(/stands in region eu-west-1/)
  expect(await head(400)).toMatch(/aws sts get-caller-identity/)
})

test.each([200, 302, 403, 407])('a web page with status %i is not taken for AWS', async status => {
  answer = response =>
    response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end('<html>Sign in</html>')
  for (const call of [() => cloud.ec2.send(new DescribeVpcsCommand({})), ...Object.values(send)]) {
    expect(sentenceOf(await errorOf(call()))).toMatch(/answered with a web page .*, so not by AWS/)
  }
})

test('throttled calls are repeated until AWS recovers', async () => {
  const vpcs = '<DescribeVpcsResponse><vpcSet/></DescribeVpcsResponse>'
  answer = (response, attempt) =>
    attempt <= 2
      ? response.writeHead(503).end(wire.ec2('RequestLimitExceeded', 'Request limit exceeded.'))
      : response.end(vpcs)
  const { $metadata } = await cloud.ec2.send(new DescribeVpcsCommand({}))
  expect($metadata.attempts).toBe(3)
  expect(attempts).toHaveLength(3)
})

test('a call that stays throttled ends in a sentence, and its pauses differ from run to run', async () => {
  answer = response => response.writeHead(503).end(wire.ec2('Throttling', 'Rate exceeded'))
  const client = new EC2Client({
    region: 'us-east-1',
    endpoint: url,
    maxAttempts: 2,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  })
  const pauses = new Set<number>()
  for (let run = 0; run < 3; run++) {
    attempts = []
    const error = await errorOf(client.send(new DescribeVpcsCommand({})))
    expect(sentenceOf(error)).toMatch(/AWS asks for fewer calls \(Throttling\)/)
    pauses.add(Math.round((attempts[1] ?? 0) - (attempts[0] ?? 0)))
  }
  expect(pauses.size).toBeGreaterThan(1)
})

test('where nothing answers, the sentence names the place, and AWS_ENDPOINT_URL when it is set', async () => {
  const nowhere = (host: string) =>
    new EC2Client({
      region: 'us-east-1',
      endpoint: `http://${host}`,
      maxAttempts: 1,
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    })
  vi.stubEnv('AWS_ENDPOINT_URL', undefined)
  const refused = await errorOf(nowhere('127.0.0.1:1').send(new DescribeVpcsCommand({})))
  expect(sentenceOf(refused)).toMatch(
    /can't reach 127\.0\.0\.1:1: nothing listens there \(ECONNREFUSED\)\. Check the network/,
  )
  vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:1')
  expect(sentenceOf(refused)).toMatch(/AWS_ENDPOINT_URL sends all calls to http:\/\/127\.0\.0\.1:1/)
  vi.stubEnv('AWS_ENDPOINT_URL', undefined)
  const unknown = await errorOf(nowhere('aws.invalid').send(new DescribeVpcsCommand({})))
  expect(sentenceOf(unknown)).toMatch(
    /can't reach aws\.invalid: (the name is not known|names can’t be looked up)/,
  )
})

test.each([
  ['Could not load credentials from any providers', /^there are no AWS credentials: sign in/],
  ["Token is expired. To refresh this SSO session run 'aws sso login'", /sign-in to AWS has expired/],
  [
    'Could not resolve credentials using profile: [typo] in configuration file',
    /can't be used \(Could not resolve .*typo/,
  ],
])('credentials that can’t be had: %s', (message, expected) => {
  const error = Object.assign(new Error(message), { name: 'CredentialsProviderError' })
  expect(sentenceOf(error)).toMatch(expected)
})

test('an error of AWS is found inside the error that tells of it', async () => {
  answer = response => response.writeHead(400).end(wire.ec2('AddressLimitExceeded', 'no'))
  const error = new Error('host-1 was not made', { cause: await errorOf(send.ec2()) })
  expect(inWords(error)).toBeInstanceOf(UserError)
})

test('an error that isn’t AWS’s is left alone, a sentence for the user as it is', () => {
  expect(inWords(new TypeError('x is not a function'))).toBeUndefined()
  expect(inWords('a string')).toBeUndefined()
  expect(sentenceOf('a string')).toBe('a string')
  const told = new UserError('as it is')
  expect(inWords(told)).toBe(told)
})
