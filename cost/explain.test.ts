import { expect, test } from 'vitest'
import { testStack } from '../ops/lib/cloud/test-context.ts'
import { type ActualBill, type Bill, type LiveBill } from './bill.ts'
import { explainDifferences } from './explain.ts'
import { notRead } from './live/metered.ts'
import { type Usage } from './model.ts'
import { billOfUsage } from './plan-bill.ts'

const at = '2026-11-23T12:00:00Z'
const usage = (item: string, name: string, what: string, quantity: number): Usage => ({
  item,
  name,
  what,
  quantity,
})

const host = usage('ec2:t3.medium', 'EC2 host', 't3.medium, 730 h', 730)
const disk = usage('ebs:gp3', 'EBS', 'gp3, 30 GB', 30)
const address = usage('ipv4', 'public IPv4', 'address, 730 h', 730)
const month = [host, disk, address]

function bill(...usages: Usage[]): Bill {
  return billOfUsage(usages, testStack.region)
}

/** Fifteen days of what the month has, unless told otherwise. */
function live(changes: Partial<LiveBill> = {}): LiveBill {
  const soFar = month.map(one => ({ ...one, quantity: (one.quantity * 360) / 730 }))
  return {
    soFar: bill(...soFar),
    aMonth: bill(...month),
    since: '2026-11-08T12:00:00Z',
    paused: false,
    ...changes,
  }
}

/** What hours and prices give of `live()`, as AWS counts it. */
function actual(changes: Partial<ActualBill> = {}): ActualBill {
  return {
    from: '2026-11-01',
    to: '2026-11-24',
    byService: [
      { service: 'Amazon Elastic Compute Cloud - Compute', usd: 360 * 0.0416 },
      { service: 'EC2 - Other', usd: (2.4 * 360) / 730 },
      { service: 'Amazon Virtual Private Cloud', usd: 360 * 0.005 },
    ],
    byDay: [{ day: '2026-11-22', usd: 18 }],
    usd: 18,
    askedAt: at,
    ...changes,
  }
}

const explain = (changes: { planned?: Bill; live?: LiveBill; actual?: ActualBill }) =>
  explainDifferences({ at, planned: bill(...month), ...changes })

test('a plan alone differs from nothing', () => {
  expect(explain({})).toEqual([])
})

test('a stack as described differs by its age alone', () => {
  expect(explain({ live: live() })).toEqual([
    'So far is 15 days from 2026-11-08 on, the plan is a month of 730 hours: $17.96 beside $36.42.',
  ])
})

test('a stack made an hour ago is told in hours', () => {
  expect(explain({ live: live({ since: '2026-11-23T11:00:00Z' }) })[0]).toMatch(
    /^So far is 1 hour from 2026-11-23 on/,
  )
})

test('nothing that runs is no mistake', () => {
  expect(explain({ live: live({ soFar: bill(), aMonth: bill() }) })).toEqual([
    'Nothing of the stack runs: what is described costs nothing yet.',
  ])
})

test('a paused stack says what still bills, and not that its host is missing', () => {
  const sentences = explain({ live: live({ paused: true, aMonth: bill(disk, address) }) })
  expect(sentences[1]).toBe(
    'The stack is paused: a month costs $6.05 instead of $36.42; EBS and public IPv4 still bill.',
  )
  expect(sentences.length).toBe(2)
})

test('another type, another size and one more address are each told with what they cost', () => {
  const large = usage('ec2:t3.large', 'EC2 host', 't3.large, 730 h', 730)
  const aMonth = bill(
    large,
    { ...disk, what: 'gp3, 50 GB', quantity: 50 },
    { ...address, what: '2 × address', quantity: 1460 },
  )
  const soFar = bill({ ...large, quantity: 360 })
  expect(explain({ live: live({ soFar, aMonth }) }).slice(1)).toEqual([
    "EC2 host (t3.large, 730 h) runs and isn't described: $60.74 a month.",
    "EC2 host (t3.medium, 730 h) is described and isn't there: $30.37 a month less.",
    'EBS is gp3, 50 GB, and gp3, 30 GB is described: $1.60 a month more.',
    'public IPv4 is 2 × address, and address, 730 h is described: $3.65 a month more.',
  ])
})

test('a host that stands still by itself is told apart from one that is gone', () => {
  expect(explain({ live: live({ aMonth: bill(disk, address) }) })).toContain(
    'EC2 host (t3.medium, 730 h) is described and stands still: $30.37 a month less.',
  )
})

test('CPU over the baseline is told once it has cost a cent', () => {
  const surplus = (quantity: number) => usage('ec2:surplus-cpu', 'CPU surplus, EC2', 'host-1', quantity)
  const soFar = (quantity: number) => live({ soFar: bill(...month, surplus(quantity)) })
  expect(explain({ live: soFar(0.1) }).length).toBe(1)
  expect(explain({ live: soFar(20) })[1]).toBe(
    'CPU over the baseline (CPU surplus, EC2) cost $1.00 so far, which the plan has none of.',
  )
})

test('more files in the lake than planned are told in requests and money', () => {
  const puts = (quantity: number) => usage('s3:put', 'S3 requests', 'PUT', quantity)
  const sentences = explainDifferences({
    at,
    planned: bill(...month, puts(50)),
    live: live({ aMonth: bill(...month, puts(150)) }),
  })
  expect(sentences[1]).toBe('The lake gets more files than planned: 150,000 PUT a month for 50,000, $0.50.')
})

test('transfer that costs nothing is the free tier’s doing', () => {
  const out = {
    ...usage('transfer:out', 'transfer out', '12.0 GB out of the hosts; 100 GB a month are free', 0),
    because: 'at most: more than what leaves for the internet',
  }
  expect(explain({ live: live({ soFar: bill(...month, out) }) })[1]).toMatch(
    /first 100 GB are free \(12\.0 GB/,
  )
})

test('transfer that nobody measured is not praised', () => {
  const out = { ...usage('transfer:out', 'transfer out', 'nothing measured', 0), because: 'none yet' }
  expect(explain({ live: live({ soFar: bill(...month, out) }) }).length).toBe(1)
})

test('a young lake holds less than the plan counts', () => {
  const stored = (what: string, quantity: number) => usage('s3:storage', 'S3 storage', what, quantity)
  const sentences = explainDifferences({
    at,
    planned: bill(...month, stored('20.0 GB of 30 days', 20)),
    live: live({ aMonth: bill(...month, stored('10.00 GB', 10)) }),
  })
  expect(sentences[1]).toBe(
    'The lake holds 10.00 GB now, and the plan counts 20.0 GB of 30 days: $0.23 a month less.',
  )
})

test('what could not be read, and what has no price, make the bill a lower bound', () => {
  const missing = {
    item: 'rds:db.t4g.micro',
    name: 'RDS instance',
    what: notRead,
    quantity: 0,
    because: 'denied',
  }
  const metal = usage('ec2:x9.metal', 'EC2 host', 'x9.metal', 1)
  const known = bill(...month, metal)
  const soFar = { ...known, lines: [...known.lines, missing], unpriced: [...known.unpriced, missing.item] }
  expect(explain({ live: live({ soFar }) }).slice(1)).toEqual([
    "RDS instance isn't in what runs: denied.",
    'No price is known here for ec2:x9.metal: what runs costs more than is said.',
  ])
})

test('AWS is half a day behind, and what that is worth is told', () => {
  expect(explain({ live: live(), actual: actual() }).slice(1)).toEqual([
    "AWS has counted until 2026-11-22, up to a day late: about $0.60 isn't in it yet.",
  ])
})

test('an account of which nothing is counted yet is no puzzle', () => {
  const sentences = explain({ actual: actual({ byService: [], byDay: [], usd: 0 }) })
  expect(sentences).toEqual(['AWS counted nothing until 2026-11-24: its numbers come up to a day late.'])
})

test('tax, other things, earlier days and questions are each told with their amount', () => {
  const { byService, byDay } = actual()
  const more = actual({
    byService: [
      ...byService,
      { service: 'Tax', usd: 3.4 },
      { service: 'Amazon SageMaker', usd: 5 },
      { service: 'AWS Cost Explorer', usd: 0.05 },
      { service: 'AWS Key Management Service', usd: 0.001 },
    ],
    byDay: [{ day: '2026-11-02', usd: 8 }, ...byDay],
  })
  expect(explain({ live: live(), actual: more }).slice(2)).toEqual([
    "$8.00 was spent before the stack's oldest part was made, 2026-11-08.",
    "$3.40 is tax, which prices don't hold.",
    "$5.00 of the account is for what the stack doesn't use: Amazon SageMaker $5.00.",
    '$0.05 is for questions to Cost Explorer and CloudWatch.',
  ])
})

test('a service that AWS counts otherwise is named, with the lines that are bounds', () => {
  const byService = [
    ...actual().byService.slice(1),
    { service: 'Amazon Elastic Compute Cloud - Compute', usd: 5 },
  ]
  const soFar = bill(
    ...month.map(one => ({ ...one, quantity: (one.quantity * 360) / 730, because: 'at most: all hours' })),
  )
  expect(explain({ live: live({ soFar }), actual: actual({ byService }) })).toContain(
    'Amazon Elastic Compute Cloud - Compute: AWS counted $5.00, hours and prices give $14.98; of EC2 host only the most is known.',
  )
})

test('a stack older than the days that AWS was asked about is told so', () => {
  expect(explain({ live: live(), actual: actual({ from: '2026-11-15' }) })).toContain(
    'AWS was asked from 2026-11-15 on, and the stack is older: it stands since 2026-11-08.',
  )
})
