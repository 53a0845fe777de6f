import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GetCostAndUsageCommand, type ResultByTime } from '@aws-sdk/client-cost-explorer'
import { mockClient } from 'aws-sdk-client-mock'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { awsError, mockedContext } from '../ops/lib/cloud/test-mocked.ts'
import { type Question, readActual } from './actual.ts'

const { cloud } = mockedContext('/nowhere').context
const costExplorer = mockClient(cloud.costExplorer)
const now = new Date('2026-11-23T12:00:00Z')
const kept = 'cost-explorer.json'

let folder: string
let questions: string[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wikiflow-actual-'))
  questions = []
  costExplorer.reset()
  costExplorer.on(GetCostAndUsageCommand).resolves({ ResultsByTime: [day('2026-11-20', { S3: '1.25' })] })
})
afterEach(() => rmSync(folder, { recursive: true }))

function ask(changes: Partial<Question> = {}) {
  const agree = async (question: string) => {
    questions.push(question)
    return true
  }
  return readActual({ cloud, stack: { name: 'wikiflow' }, folder, agree, now, ...changes })
}

function day(Start: string, services: Record<string, string>, Unit = 'USD'): ResultByTime {
  const Groups = Object.entries(services).map(([service, Amount]) => ({
    Keys: [service],
    Metrics: { UnblendedCost: { Amount, Unit } },
  }))
  // AWS leaves Total empty beside groups.
  return { TimePeriod: { Start, End: Start }, Total: {}, Groups, Estimated: true }
}

const asked = () => costExplorer.commandCalls(GetCostAndUsageCommand).map(({ args }) => args[0].input)

test('nothing is asked of Cost Explorer that costs and was not agreed to', async () => {
  await expect(ask({ agree: async () => false })).rejects.toThrow(/was not asked: it costs \$0\.01/)
  expect(asked()).toEqual([])
  expect(readdirSync(folder)).toEqual([])
})

test('the question names its price, the account and the first day', async () => {
  await ask({ since: new Date('2026-11-08T10:00:00Z') })
  expect(questions).toEqual([expect.stringMatching(/account 123456789012.*since 2026-11-08.*\$0\.01 a page/)])
})

test('days are asked for gross of credits, by service, up to and with today', async () => {
  await ask({ since: new Date('2026-11-08T10:00:00Z') })
  expect(asked()).toEqual([
    {
      // The end is exclusive.
      TimePeriod: { Start: '2026-11-08', End: '2026-11-24' },
      Granularity: 'DAILY',
      Metrics: ['UnblendedCost'],
      GroupBy: [{ Type: 'DIMENSION', Key: 'SERVICE' }],
      Filter: { Not: { Dimensions: { Key: 'RECORD_TYPE', Values: ['Credit', 'Refund'] } } },
    },
  ])
})

test('a stack older than a year is asked about for a year, one of tomorrow for today', async () => {
  await ask({ since: new Date('2020-01-01') })
  rmSync(join(folder, kept))
  await ask({ since: new Date('2027-01-01') })
  expect(asked().map(({ TimePeriod }) => TimePeriod?.Start)).toEqual(['2025-11-23', '2026-11-23'])
})

test('pages are followed and counted, and a day that lies on two is added up', async () => {
  costExplorer
    .on(GetCostAndUsageCommand)
    .resolvesOnce({
      ResultsByTime: [day('2026-11-19', { EC2: '1', S3: '0.1' }), day('2026-11-20', { EC2: '1' })],
      NextPageToken: 'two',
    })
    .resolvesOnce({ ResultsByTime: [day('2026-11-20', { S3: '0.2', Tax: '-0.05' })] })
  const said: string[] = []
  const bill = await ask({ say: sentence => said.push(sentence) })
  expect(asked().map(({ NextPageToken }) => NextPageToken)).toEqual([undefined, 'two'])
  expect(said).toEqual(['Cost Explorer answered in 2 pages: $0.02'])
  expect(bill.usd).toBeCloseTo(2.25, 9)
  expect(bill.byService.map(({ service, usd }) => [service, Number(usd.toFixed(6))])).toEqual([
    ['EC2', 2],
    ['S3', 0.3],
    ['Tax', -0.05],
  ])
  expect(bill.byDay.map(({ day, usd }) => [day, Number(usd.toFixed(6))])).toEqual([
    ['2026-11-19', 1.1],
    ['2026-11-20', 1.15],
  ])
})

test('an answer is kept for the day, for this user alone, and costs nothing the second time', async () => {
  const first = await ask({ since: new Date('2026-11-01') })
  const again = {
    since: new Date('2026-11-08'),
    now: new Date('2026-11-23T23:59:59Z'),
    agree: async () => false,
  }
  expect(await ask(again)).toEqual(first)
  expect(asked().length).toBe(1)
  expect(statSync(join(folder, kept)).mode & 0o777).toBe(0o600)
  expect(readdirSync(folder)).toEqual([kept])
})

test.each([
  ['the next day', { now: new Date('2026-11-24T00:00:01Z') }],
  ['about earlier days', { since: new Date('2026-01-01') }],
  ['about another account', { cloud: { ...cloud, account: '210987654321' } }],
])('a question of %s is asked anew', async (_, changes) => {
  await ask()
  await ask(changes)
  expect(asked().length).toBe(2)
})

test.each(['', '{"account":', 'null', '[]', '{"account":"123456789012","bill":{"usd":"much"}}'])(
  'a kept answer broken into %j is asked anew',
  async text => {
    await ask()
    writeFileSync(join(folder, kept), text)
    expect((await ask()).usd).toBe(1.25)
    expect(asked().length).toBe(2)
    expect(JSON.parse(readFileSync(join(folder, kept), 'utf8')).bill.usd).toBe(1.25)
  },
)

test.each([
  ['EUR', '1'],
  ['USD', 'much'],
  ['USD', ''],
])('an amount of %s %j is refused, not counted as nothing', async (unit, amount) => {
  costExplorer
    .on(GetCostAndUsageCommand)
    .resolves({ ResultsByTime: [day('2026-11-20', { S3: amount }, unit)] })
  await expect(ask()).rejects.toThrow(/S3 on 2026-11-20, and an amount in USD was expected/)
  expect(readdirSync(folder)).toEqual([])
})

test('an account that has spent nothing has a bill of nothing', async () => {
  costExplorer.on(GetCostAndUsageCommand).resolves({ ResultsByTime: [day('2026-11-22', {})] })
  expect(await ask()).toMatchObject({ usd: 0, byService: [], byDay: [], askedAt: now.toISOString() })
})

test('a refusal is thrown as it is, and not kept', async () => {
  costExplorer.on(GetCostAndUsageCommand).rejects(awsError('DataUnavailableException', 'none'))
  await expect(ask()).rejects.toThrow('none')
  expect(readdirSync(folder)).toEqual([])
})
