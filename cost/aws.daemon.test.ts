import { createServer, request } from 'node:http'
import { type AddressInfo } from 'node:net'
import { PutMetricDataCommand } from '@aws-sdk/client-cloudwatch'
import { StartDBInstanceCommand } from '@aws-sdk/client-rds'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Cloud, openCloud } from '../ops/lib/cloud/cloud.ts'
import { keyFiles } from '../ops/lib/cloud/key-files.ts'
import { testCredentials, testStack } from '../ops/lib/cloud/test-context.ts'
import { namesOf, stackId } from '../ops/lib/stack/names.ts'
import { createOperator, type Operator } from '../test/cloud/operator.ts'
import { type Moto, startMoto } from '../test/engines/moto.ts'
import { readActual } from './actual.ts'
import { type Bill } from './bill.ts'
import { readLive } from './live.ts'

const hourMs = 3_600_000
const stack = { ...testStack, host: { ...testStack.host, count: 2 } }

let moto: Moto
let cloud: Cloud
let operator: Operator

beforeAll(async () => {
  moto = await startMoto()
  for (const [name, value] of Object.entries({ ...testCredentials, AWS_ENDPOINT_URL: moto.url }))
    vi.stubEnv(name, value)
  cloud = await openCloud(stack.region)
  operator = createOperator(moto.url, stack)
  const { code, err } = await operator.run('provision.ts', ['--yes', '--over-budget'])
  expect({ code, err }).toEqual({ code: 0, err: '' })
})

afterAll(async () => {
  vi.unstubAllEnvs()
  operator?.leave()
  await moto?.stop()
})

const guard = (...args: string[]) => operator.run('../cost/guard.ts', args)

function live(now: Date) {
  return readLive({ stack, cloud, context: { id: stackId(stack, cloud.account) } }, now)
}

/** moto's AWS with an account on the Paid plan that has so many USD left: moto knows no plans. */
async function startAccount(target: string, usd: number) {
  const plan = JSON.stringify({
    accountPlanType: 'PAID',
    accountPlanStatus: 'ACTIVE',
    accountPlanRemainingCredits: { amount: usd, unit: 'USD' },
  })
  const server = createServer((incoming, outgoing) => {
    if (incoming.headers['x-amz-target'] === 'AWSFreeTierService.GetAccountPlanState') {
      outgoing.end(plan)
      return
    }
    const { method, headers, url } = incoming
    const onward = request(`${target}${url}`, { method, headers }, answer => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    incoming.pipe(onward)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const stop = () => new Promise(resolve => server.close(resolve).closeAllConnections())
  return { url: `http://127.0.0.1:${port}`, stop }
}

function quantities({ lines }: Bill): Record<string, number> {
  return Object.fromEntries(lines.map(({ item, quantity }) => [item, Number(quantity.toFixed(3))]))
}

describe('a stack that was provisioned', () => {
  test('is found by its tags, and its month is that of its description', async () => {
    const { aMonth, soFar, paused } = await live(new Date())
    expect(quantities(aMonth)).toMatchObject({
      'ec2:t3.medium': 1460,
      'ebs:gp3': 60,
      'rds:db.t4g.micro': 730,
      'rds:gp3': 20,
      ipv4: 1460,
    })
    expect(aMonth.unpriced).toEqual([])
    expect(soFar.usd).toBeLessThan(0.1)
    expect(paused).toBe(false)
  })

  test('has cost a hundred hours after a hundred hours', async () => {
    const { soFar } = await live(new Date(Date.now() + 100 * hourMs))
    expect(quantities(soFar)['ec2:t3.medium']).toBeCloseTo(200, 0)
    expect(quantities(soFar)['rds:db.t4g.micro']).toBeCloseTo(100, 0)
    expect(quantities(soFar)['ebs:gp3']).toBeCloseTo((60 * 100) / 730, 0)
  })

  test('holds what was written to its lake', async () => {
    const Bucket = namesOf(stackId(stack, cloud.account)).bucket
    await cloud.s3.send(new PutObjectCommand({ Bucket, Key: 'raw/one', Body: Buffer.alloc(1_048_576) }))
    const { lines } = (await live(new Date(Date.now() + hourMs))).soFar
    // moto's sizes are Python's own, of its objects: their number is all that can be held against it.
    expect(lines.find(({ item }) => item === 's3:put')?.quantity).toBeGreaterThanOrEqual(0.001)
    expect(lines.find(({ item }) => item === 's3:storage')?.because).toMatch(/^as CloudWatch measured it/)
  })

  test('pays for CPU over its baseline where CloudWatch says so', async () => {
    await cloud.cloudwatch.send(
      new PutMetricDataCommand({
        Namespace: 'AWS/RDS',
        MetricData: [
          {
            MetricName: 'CPUSurplusCreditsCharged',
            Dimensions: [{ Name: 'DBInstanceIdentifier', Value: 'wikiflow' }],
            Value: 120,
            // moto answers up to the last whole second.
            Timestamp: new Date(Date.now() - 2_000),
          },
        ],
      }),
    )
    const { soFar } = await live(new Date(Date.now() + hourMs))
    expect(quantities(soFar)['rds:surplus-cpu']).toBeCloseTo(2, 6)
  })

  test('is guarded in one line, and well as long as little is used', async () => {
    const { code, out, err } = await guard('--pause')
    expect(err).toBe('')
    expect(out).toMatch(
      /^wikiflow in us-east-1: 0 % of the credit of \$100\.00 is used, \$99\.\d\d left by what runs, at list prices; \d+ days at \$\d\.\d\d a day, until [\d-]+\.\n$/,
    )
    expect(code).toBe(0)
  })

  test('is warned of, and not touched, when only a warning was asked for', async () => {
    const { code, out } = await guard('--credit', '0.01')
    expect(out).toMatch(
      /^WARNING wikiflow in us-east-1: .*Pause it with `npx zx ops\/pause\.ts --config '.+' --state '.+'`\.\n$/,
    )
    expect(code).toBe(2)
    expect((await live(new Date())).paused).toBe(false)
  })

  test('is paused before its credit ends, once, and stays paused', async () => {
    const first = await guard('--pause', '--credit', '0.01')
    expect(first).toMatchObject({ code: 3, out: expect.stringMatching(/The stack is paused now/) })
    const { paused, aMonth } = await live(new Date())
    expect(paused).toBe(true)
    expect(Object.keys(quantities(aMonth))).toEqual(expect.not.arrayContaining(['ec2:t3.medium']))
    const again = await guard('--pause', '--credit', '0.01', '--json')
    expect(again.code).toBe(3)
    expect(JSON.parse(again.out)).toMatchObject({
      deed: 'already paused',
      level: 100,
      short: true,
      by: 'hours',
    })
  })

  test('is paused again when RDS has started its database by itself', async () => {
    await cloud.rds.send(new StartDBInstanceCommand({ DBInstanceIdentifier: 'wikiflow' }))
    expect((await live(new Date())).paused).toBe(false)
    expect((await guard('--pause', '--credit', '0.01')).out).toMatch(/paused now/)
    expect((await live(new Date())).paused).toBe(true)
  })

  test('is judged by what the account says is left, where it says it', async () => {
    const account = await startAccount(moto.url, 15)
    const other = createOperator(account.url, stack)
    const { code, out, err } = await other.run('../cost/guard.ts')
    expect(err).toBe('')
    expect(out).toMatch(
      /^WARNING .*85 % of the credit of \$100\.00 is used, \$15\.00 left by the account; \d days/,
    )
    expect(code).toBe(2)
    other.leave()
    await account.stop()
  })
})

test.each([
  ['--days', '0'],
  ['--credit', 'much'],
])('the guard can tell nothing with %s %s', async (...args) => {
  const { code, out, err } = await guard(...args)
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(err).toContain(args.join(' '))
})

describe('Cost Explorer', () => {
  const agree = async () => true
  const folder = () => keyFiles(operator.state, stackId(stack, cloud.account)).folder

  test('answers by service and day', async () => {
    const groups = (usd: string) => [
      {
        Keys: ['Amazon Elastic Compute Cloud - Compute'],
        Metrics: { UnblendedCost: { Amount: usd, Unit: 'USD' } },
      },
      { Keys: ['Tax'], Metrics: { UnblendedCost: { Amount: '0.1', Unit: 'USD' } } },
    ]
    const day = (Start: string, End: string, usd: string) => ({
      TimePeriod: { Start, End },
      Total: {},
      Groups: groups(usd),
      Estimated: true,
    })
    const results = [
      {
        ResultsByTime: [day('2026-11-01', '2026-11-02', '1.5'), day('2026-11-02', '2026-11-03', '0.5')],
        GroupDefinitions: [],
        DimensionValueAttributes: [],
      },
    ]
    const seeded = await fetch(`${moto.url}/moto-api/static/ce/cost-and-usage-results`, {
      method: 'POST',
      body: JSON.stringify({ results }),
    })
    expect(seeded.status).toBe(201)
    const bill = await readActual({ cloud, stack, folder: folder(), agree })
    expect(bill.usd).toBeCloseTo(2.2, 9)
    expect(bill.byDay.map(({ day }) => day)).toEqual(['2026-11-01', '2026-11-02'])
    expect(bill.byService[0]).toEqual({ service: 'Amazon Elastic Compute Cloud - Compute', usd: 2 })
    // moto has given its one answer: this one was kept.
    expect(await readActual({ cloud, stack, folder: folder(), agree })).toEqual(bill)
  })
})
