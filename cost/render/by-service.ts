import { type Bill, type Report } from '../bill.ts'
import { columnsOf } from './comparison.ts'

/** AWS's services as both sides name them: an item by its beginning, Cost Explorer by the start of a service's name. */
const families: readonly { name: string; items: readonly string[]; services: readonly string[] }[] = [
  {
    name: 'EC2: hosts, disks, transfer',
    items: ['ec2:', 'ebs:', 'transfer:'],
    services: ['Amazon Elastic Compute Cloud', 'EC2 - Other', 'AWS Data Transfer'],
  },
  { name: 'RDS', items: ['rds:'], services: ['Amazon Relational Database Service'] },
  { name: 'public IPv4 (VPC)', items: ['ipv4'], services: ['Amazon Virtual Private Cloud'] },
  { name: 'S3', items: ['s3:'], services: ['Amazon Simple Storage Service'] },
]

/** A service's USD in each of the report's bills, then what AWS billed; undefined where a bill hasn't got it. */
export type ServiceRow = { name: string; usd: readonly (number | undefined)[] }

/**
 * What AWS billed, service by service, beside what the model says: Cost Explorer knows no lines. A service of
 * which the model has nothing keeps its own name. Empty without Cost Explorer's answer.
 */
export function serviceRows(report: Report): ServiceRow[] {
  const { actual } = report
  if (!actual) return []
  const bills = columnsOf(report).map(({ bill }) => sumBy(bill))
  const billed = new Map<string, number>()
  for (const { service, usd } of actual.byService) {
    const name =
      families.find(family => family.services.some(one => service.startsWith(one)))?.name ?? service
    billed.set(name, (billed.get(name) ?? 0) + usd)
  }
  const names = [...new Set([...bills.flatMap(bill => [...bill.keys()]), ...billed.keys()])]
  return names.map(name => ({ name, usd: [...bills, billed].map(sums => sums.get(name)) }))
}

function sumBy({ lines }: Bill): Map<string, number> {
  const sums = new Map<string, number>()
  for (const { item, name, usd = 0 } of lines) {
    const family = families.find(({ items }) => items.some(start => item.startsWith(start)))?.name ?? name
    sums.set(family, (sums.get(family) ?? 0) + usd)
  }
  return sums
}
