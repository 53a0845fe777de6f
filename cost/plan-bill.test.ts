import { tmpdir } from 'node:os'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { partsOf } from '../ops/lib/cloud/parts.ts'
import { testStack } from '../ops/lib/cloud/test-context.ts'
import { mockedContext } from '../ops/lib/cloud/test-mocked.ts'
import { settings } from '../runtime/src/platform/settings.ts'
import { type Assumptions, assumed } from './assumptions.ts'
import { type Bill } from './bill.ts'
import { pricedLines, totalOf } from './model.ts'
import { type BilledStack, databaseNeedsGb, planBill } from './plan-bill.ts'

/** The stack of the migration document. */
const documented: BilledStack = testStack

function usdOf(bill: Bill, ...names: string[]): number {
  return bill.lines
    .filter(({ name }) => names.includes(name))
    .reduce((sum, { usd = Number.NaN }) => sum + usd, 0)
}

test("the document's stack costs what its lines cost by hand, and nothing is left out of the sum", () => {
  const bill = planBill(documented)
  expect(bill.lines.map(({ name, usd }) => [name, usd?.toFixed(2)])).toEqual([
    ['EC2 host', '30.37'], // 730 × 0.0416
    ['EBS', '2.40'], // 30 × 0.08
    ['RDS instance', '11.68'], // 730 × 0.016
    ['RDS storage', '2.30'], // 20 × 0.115
    ['public IPv4', '3.65'], // 730 × 0.005
    ['S3 requests', '0.26'], // 12 partitions × 6 an hour × 730 h = 52,560, at 0.005 a thousand
    ['S3 storage', '0.44'], // 37.4 × 86,400 × 30 × 210 B / 2³⁰ = 18.96 GB, × 0.023
    ['transfer out', '0.00'], // 28,000 B every 2 s = 34.3 GB of the free 100
    ['transfer between zones', '0.00'],
    ['CPU surplus, EC2', '0.00'],
    ['CPU surplus, RDS', '0.00'],
    ['RDS backups', '0.00'],
  ])
  // 30.368 + 2.40 + 11.68 + 2.30 + 3.65 = 50.398 without S3; with its first days' $0.30 it is the 50.70 of the facts.
  expect(bill.usd - usdOf(bill, 'S3 requests', 'S3 storage')).toBeCloseTo(50.398, 6)
  expect(bill.usd - usdOf(bill, 'S3 requests', 'S3 storage') + 0.3).toBeCloseTo(50.7, 2)
  expect(bill.unpriced).toEqual([])
})

test("provisioning's plan and the report say the same sum", () => {
  const { context } = mockedContext(tmpdir())
  const usages = partsOf(context, []).flatMap(({ wanted, usage }) => (wanted ? usage : []))
  expect(totalOf(pricedLines(usages, 'us-east-1')).usd).toBeCloseTo(planBill(testStack).usd, 9)
})

test('with both surpluses pinned the same stack costs four times as much', () => {
  const pinned = planBill(documented, { ...assumed, cpuCredits: 'unlimited', hostCpu: 1, databaseCpu: 1 })
  expect(usdOf(pinned, 'CPU surplus, EC2')).toBeCloseTo(58.4, 6) // 2 vCPU × (1 − 0.2) × 730 h × 0.05
  expect(usdOf(pinned, 'CPU surplus, RDS')).toBeCloseTo(98.55, 6) // 2 vCPU × (1 − 0.1) × 730 h × 0.075
  // 50.398 + 0.30 of S3 + 58.40 + 98.55
  expect(pinned.usd - usdOf(pinned, 'S3 requests', 'S3 storage') + 0.3).toBeCloseTo(207.65, 2)
})

test('a pinned host in standard mode is slowed, not billed; a pinned database is always billed', () => {
  const bill = planBill(documented, { ...assumed, hostCpu: 1, databaseCpu: 1 })
  expect(usdOf(bill, 'CPU surplus, EC2')).toBe(0)
  expect(usdOf(bill, 'CPU surplus, RDS')).toBeCloseTo(98.55, 6)
  expect(bill.lines.find(({ name }) => name === 'CPU surplus, EC2')?.because).toMatch(/slowed/)
})

test('in a region without prices all that costs is named, and what costs nothing is not', () => {
  const bill = planBill({ ...documented, region: 'mars-north-1' })
  expect(bill).toMatchObject({
    usd: 0,
    unpriced: ['ec2:t3.medium', 'ebs:gp3', 'rds:db.t4g.micro', 'rds:gp3', 'ipv4', 's3:put', 's3:storage'],
  })
})

test('a stack paused for ten days pays its database for the three days after RDS started it by itself', () => {
  const bill = planBill(documented, { ...assumed, pausedDays: 10 })
  expect(usdOf(bill, 'EC2 host')).toBeCloseTo((730 - 240) * 0.0416, 6)
  expect(usdOf(bill, 'RDS instance')).toBeCloseTo((730 - 168) * 0.016, 6)
  expect(usdOf(bill, 'EBS', 'RDS storage', 'public IPv4')).toBeCloseTo(2.4 + 2.3 + 3.65, 6)
})

test('viewers pay past a hundred gigabytes a month', () => {
  // 10 pages × 28,000 B × 1,314,000 snapshots / 2³⁰ = 342.65 GB
  const bill = planBill(documented, { ...assumed, viewers: 10 })
  expect(usdOf(bill, 'transfer out')).toBeCloseTo((342.65 - 100) * 0.09, 1)
})

test('files of the lake that are written twice as often cost twice the requests, in plan and bill alike', () => {
  const stack = { ...testStack, pipeline: { ...testStack.pipeline, lakeRotateS: 300 } }
  expect(usdOf(planBill(stack), 'S3 requests')).toBeCloseTo(2 * usdOf(planBill(documented), 'S3 requests'), 9)
  const { bucket } = Object.fromEntries(
    partsOf(mockedContext(tmpdir(), { stack }).context, []).map(part => [part.id, part]),
  )
  // In thousands.
  const requests = bucket?.usage.find(({ name }) => name === 'S3 requests')
  expect(requests?.quantity).toBeCloseTo(2 * 52.56, 9)
})

test('small files stay in standard storage, and a lake that deletes stops growing', () => {
  const lake = { infrequentAccessAfterDays: 30, deleteAfterDays: 60 }
  const year = { ...assumed, lakeAgeDays: 365 }
  const items = (more: Partial<Assumptions>) =>
    planBill({ ...documented, lake }, { ...year, ...more }).lines.map(({ item }) => item)
  expect(items({})).toContain('s3:infrequent-access')
  expect(items({ rotateS: 60 })).not.toContain('s3:infrequent-access')
  const stored = (lakeAgeDays: number) =>
    usdOf(
      planBill({ ...documented, lake }, { ...assumed, lakeAgeDays }),
      'S3 storage',
      'S3 infrequent access',
    )
  expect(stored(6_000)).toBe(stored(60))
})

test('a database that outgrows its storage says so, and is billed for what it needs', () => {
  const busy = { ...assumed, eventsPerSecond: 2_000 }
  const needed = Math.ceil(databaseNeedsGb(busy))
  expect(needed).toBeGreaterThan(60)
  expect(planBill(documented, busy).lines.find(({ name }) => name === 'RDS storage')).toMatchObject({
    quantity: needed,
    because: `the tables grow to ${needed} GB: the 20 GB configured are too few`,
  })
})

test("what is assumed of retention is what the runtime's settings say", () => {
  expect(assumed.retention).toEqual({
    feedHours: Number(settings.RETENTION_FEED_HOURS.default),
    minutesDays: Number(settings.RETENTION_MINUTES_DAYS.default),
    hoursDays: Number(settings.RETENTION_HOURS_DAYS.default),
  })
})

const stacks = fc.record({
  region: fc.constantFrom('us-east-1', 'eu-west-1', 'mars-north-1'),
  host: fc.record({
    type: fc.constantFrom('t3.micro', 't3.medium', 't4g.large', 'c7i-flex.large', 'm99.huge'),
    count: fc.integer({ min: 1, max: 9 }),
    diskGb: fc.integer({ min: 20, max: 1_000 }),
  }),
  database: fc.record({
    class: fc.constantFrom('db.t4g.micro', 'db.t4g.medium', 'db.t3.small', 'db.m7g.large'),
    storageGb: fc.integer({ min: 20, max: 1_000 }),
  }),
  lake: fc.record({
    infrequentAccessAfterDays: fc.integer({ min: 30, max: 59 }),
    deleteAfterDays: fc.option(fc.integer({ min: 60, max: 3_650 }), { nil: undefined }),
  }),
})
const share = fc.double({ min: 0, max: 1, noNaN: true })
const assumptions: fc.Arbitrary<Assumptions> = fc.record({
  eventsPerSecond: fc.double({ min: 0, max: 1e5, noNaN: true }),
  rotateS: fc.integer({ min: 1, max: 600 }),
  lakeAgeDays: fc.integer({ min: 0, max: 1_000 }),
  viewers: fc.integer({ min: 0, max: 200 }),
  retention: fc.record({
    feedHours: fc.integer({ min: 1, max: 999 }),
    minutesDays: fc.integer({ min: 1, max: 999 }),
    hoursDays: fc.integer({ min: 1, max: 999 }),
  }),
  cpuCredits: fc.constantFrom('standard', 'unlimited'),
  hostCpu: share,
  databaseCpu: share,
  pausedDays: fc.integer({ min: 0, max: 40 }),
  pausedHoursADay: fc.integer({ min: 0, max: 24 }),
})

test('no line is ever negative, and the total is the sum of the lines that have a price', () => {
  fc.assert(
    fc.property(stacks, assumptions, (stack, assumption) => {
      const { lines, usd, unpriced } = planBill(stack, assumption)
      expect(lines.every(one => one.quantity >= 0 && (one.usd ?? 0) >= 0)).toBe(true)
      expect(usd).toBeCloseTo(
        lines.reduce((sum, one) => sum + (one.usd ?? 0), 0),
        9,
      )
      expect(new Set(unpriced)).toEqual(
        new Set(lines.filter(one => one.usd === undefined).map(({ item }) => item)),
      )
      for (const { price, quantity, usd: cost } of lines) {
        if (price) expect(cost).toBeCloseTo(quantity * price.usd, 9)
      }
    }),
  )
})

const growing = {
  viewers: (a: Assumptions) => ({ ...a, viewers: a.viewers + 1 }),
  'CPU of the hosts': (a: Assumptions) => ({ ...a, hostCpu: Math.min(1, (a.hostCpu ?? 0) + 0.1) }),
  'CPU of the database': (a: Assumptions) => ({ ...a, databaseCpu: Math.min(1, (a.databaseCpu ?? 0) + 0.1) }),
  'days of the feed': (a: Assumptions) => ({
    ...a,
    retention: { ...a.retention, feedHours: a.retention.feedHours + 99 },
  }),
  'shorter nights': (a: Assumptions) => ({ ...a, pausedHoursADay: Math.max(0, a.pausedHoursADay - 1) }),
  'files that are written more often': (a: Assumptions) => ({ ...a, rotateS: Math.max(1, a.rotateS - 60) }),
}

test.each(Object.entries(growing))('more usage never costs less: %s', (_what, grow) => {
  fc.assert(
    fc.property(stacks, assumptions, (stack, assumption) => {
      // Files that are never moved: smaller ones would stay in dearer storage, and one price more be unknown.
      const lake = { infrequentAccessAfterDays: 3_650 }
      const usd = (one: Assumptions) => planBill({ ...stack, region: 'us-east-1', lake }, one).usd
      expect(usd(grow(assumption))).toBeGreaterThanOrEqual(usd(assumption) - 1e-9)
    }),
  )
})

test('more events never use less', () => {
  fc.assert(
    fc.property(
      stacks,
      assumptions,
      fc.double({ min: 1, max: 1e4, noNaN: true }),
      (stack, assumption, more) => {
        const lake = { infrequentAccessAfterDays: 3_650 }
        const usd = (eventsPerSecond: number) =>
          planBill({ ...stack, region: 'us-east-1', lake }, { ...assumption, eventsPerSecond }).usd
        expect(usd(assumption.eventsPerSecond + more)).toBeGreaterThanOrEqual(
          usd(assumption.eventsPerSecond) - 1e-9,
        )
      },
    ),
  )
})
