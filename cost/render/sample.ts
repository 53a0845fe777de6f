import { type Bill, type BillLine, type Report } from '../bill.ts'
import { type Price } from '../prices.ts'

/** Reports as tests need them, priced by hand; nothing here is read from `cost/prices.json`. */

const ec2 = 'https://github.com/skypilot-org/skypilot-catalog/blob/00148f2af3672e/catalogs/v8/aws/vms.csv'

function listOf(service: string, version = 'current'): string {
  return `https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/${service}/${version}/us-east-1/index.json`
}

/** A price of us-east-1. */
export function samplePrice(
  item: string,
  unit: Price['unit'],
  usd: number,
  source: string,
  date: string,
): Price {
  return { item, region: 'us-east-1', unit, usd, source, date }
}

/** A line with its price. */
export function sampleLine(name: string, what: string, quantity: number, price: Price): BillLine {
  return { item: price.item, name, what, quantity, price, usd: quantity * price.usd }
}

/** A bill of lines: their sum, and what has no price. */
export function sampleBill(lines: readonly BillLine[]): Bill {
  return {
    lines,
    usd: lines.reduce((sum, { usd = 0 }) => sum + usd, 0),
    unpriced: lines.filter(({ usd }) => usd === undefined).map(({ item }) => item),
  }
}

const prices = {
  t3: samplePrice('ec2:t3.medium', 'hour', 0.0416, ec2, '2026-11-23'),
  t4g: samplePrice('ec2:t4g.medium', 'hour', 0.0336, ec2, '2026-11-23'),
  disk: samplePrice('ebs:gp3', 'GB-month', 0.08, listOf('AmazonEC2'), '2026-08-31'),
  rds: samplePrice('rds:db.t4g.micro', 'hour', 0.016, listOf('AmazonRDS'), '2026-09-30'),
  storage: samplePrice('rds:gp3', 'GB-month', 0.115, listOf('AmazonRDS'), '2026-09-30'),
  ipv4: samplePrice('ipv4', 'hour', 0.005, listOf('AmazonVPC', '20260831092232'), '2026-08-01'),
  put: samplePrice('s3:put', '1000 requests', 0.005, listOf('AmazonS3'), '2026-08-31'),
}

function linesOf(hours: number, host = prices.t3): BillLine[] {
  const month = hours / 730
  return [
    sampleLine('EC2 host', `${host.item.slice(4)}, ${hours} h`, hours, host),
    sampleLine('EBS disk', 'gp3, 30 GB', 30 * month, prices.disk),
    sampleLine('RDS PostgreSQL', `db.t4g.micro, ${hours} h`, hours, prices.rds),
    sampleLine('RDS storage', 'gp3, 20 GB', 20 * month, prices.storage),
    sampleLine('public IPv4', `${hours} h`, hours, prices.ipv4),
    sampleLine('S3 PUT', `${Math.round(52_560 * month)} requests`, 52.56 * month, prices.put),
  ]
}

/** The document's stack, as planned: $50.66 a month. */
export const plannedReport: Report = {
  stack: 'wikiflow',
  region: 'us-east-1',
  at: '2026-11-23T12:00:00.000Z',
  planned: sampleBill(linesOf(730)),
  credit: { remainingUsd: 100, source: 'config', days: 60, ends: '2027-01-22', expiresFirst: false },
  differences: [],
  levers: [
    { what: 't4g.medium for t3.medium', usdAMonth: -5.84 },
    { what: 'a second host', usdAMonth: 36.42 },
  ],
  unavailable: [],
  verdict: 'fits',
}

/** The same stack as asked about, as it runs since ten days, and as AWS billed it. */
export const fullReport: Report = {
  ...plannedReport,
  whatIf: { ...sampleBill(linesOf(730, prices.t4g)), changes: ['host t4g.medium'] },
  live: {
    soFar: sampleBill(linesOf(240)),
    aMonth: sampleBill([
      ...linesOf(730),
      {
        ...sampleLine(
          'EC2 surplus CPU',
          '0.1 vCPU over the baseline',
          73,
          samplePrice('ec2:surplus-cpu', 'vCPU-hour', 0.05, listOf('AmazonEC2'), '2026-08-31'),
        ),
        because: 'measured over a day',
      },
    ]),
    since: '2026-11-13T12:00:00.000Z',
    paused: false,
  },
  actual: {
    from: '2026-11-13',
    to: '2026-11-23',
    byService: [
      { service: 'Amazon Elastic Compute Cloud - Compute', usd: 9.98 },
      { service: 'EC2 - Other', usd: 1.31 },
      { service: 'Amazon Relational Database Service', usd: 4.6 },
      { service: 'Amazon Virtual Private Cloud', usd: 1.2 },
      { service: 'AWS Cost Explorer', usd: 0.03 },
    ],
    byDay: ['13', '14', '15', '16', '17', '18', '19', '20', '21', '22'].map(day => ({
      day: `2026-11-${day}`,
      usd: 1.712,
    })),
    usd: 17.12,
    askedAt: '2026-11-23T11:00:00.000Z',
  },
  credit: {
    remainingUsd: 82.88,
    source: 'account',
    plan: 'free',
    expires: '2027-05-01',
    days: 46,
    ends: '2027-01-08',
    expiresFirst: false,
  },
  differences: [
    'live is $3.65 above planned: the host works over its CPU baseline.',
    'AWS billed $0.45 more than the hours since 2026-11-13 make: Cost Explorer asks $0.01 a question, and transfer is not in the hours.',
  ],
  unavailable: [{ source: 'live', why: 's3:ListBucket is not allowed to these credentials' }],
}
