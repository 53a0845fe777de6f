import { markdownTable } from 'markdown-table'
import { topic } from '../runtime/src/contract.ts'
import { type Assumptions, assumed } from './assumptions.ts'
import { type Bill } from './bill.ts'
import { lakeFiles } from './lake-files.ts'
import { brokersOf, eventsUntil, hostParts, vcpusOf } from './load.ts'
import { databaseClasses, databaseMachine, hostMachine, hostTypes, steadyVcpus } from './machines.ts'
import { hostUsage, hoursAMonth } from './model.ts'
import { whyNotFit } from './needs.ts'
import { type BilledStack, billOfUsage, databaseNeedsGb, planBill, stackUsage } from './plan-bill.ts'

/** The pipeline at so many events a second: on what it runs, and what that costs a month. */
export type ScaleRow = {
  eventsPerSecond: number
  hosts: string
  log: string
  database: string
  /** GB that the lake gains a month. */
  lakeGb: number
  bill: Bill
}

/** Where a part stops fitting, and what comes then. */
export type ScaleLimit = { part: string; eventsPerSecond: number; next: string }

/** The rates of the table: the live stream's, and up to where the design ends. */
export const scaleRates = [40, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000] as const

const region = 'us-east-1'
/** `host.count` allows no more. */
const mostHosts = 9
/** Where burstable hosts end: nodes of sixteen vCPUs that are theirs all the time. */
const largeHost = 'c7g.4xlarge'
/** A broker of one's own Kafka, three of them. */
const kafkaHost = 'm7g.xlarge'
const diskGb = 30
const lake = { infrequentAccessAfterDays: 30 }

/** The table of `scaleRates`, each on the cheapest that holds it; where a price isn't known the bill says so. */
export function scaleRows(): ScaleRow[] {
  return scaleRates.map(eventsPerSecond => rowAt({ ...assumed, eventsPerSecond }))
}

function rowAt(assumptions: Assumptions): ScaleRow {
  const { eventsPerSecond } = assumptions
  const database = databaseFor(assumptions)
  const swarm = cheapestHosts(assumptions, database)
  const stack = swarm ?? { region, host: largeHosts(assumptions), database, lake }
  const kafka = swarm ? [] : hostUsage(kafkaHost, 3, logDiskGb(eventsPerSecond))
  const { type, count } = stack.host
  return {
    eventsPerSecond,
    hosts: `${count} × ${type}`,
    log: swarm
      ? brokersOf(count) === 1
        ? 'one Redpanda'
        : 'three Redpanda'
      : `outside Kafka, 3 × ${kafkaHost}`,
    database: `${database.class}, ${Math.max(20, Math.ceil(databaseNeedsGb(assumptions))).toLocaleString('en')} GB`,
    lakeGb: (lakeFiles(assumptions).bytesADay * (hoursAMonth / 24)) / 2 ** 30,
    bill: billOfUsage([...stackUsage(stack, assumptions), ...kafka], region),
  }
}

/** The cheapest hosts of known price, as many as a stack may have; undefined where none hold so many events. */
function cheapestHosts(assumptions: Assumptions, database: BilledStack['database']): BilledStack | undefined {
  return hostTypes
    .flatMap(type => Array.from({ length: mostHosts }, (_, index) => ({ type, count: index + 1, diskGb })))
    .map(host => ({ region, host, database, lake }))
    .filter(stack => whyNotFit(stack, assumptions).length === 0)
    .map(stack => ({ stack, bill: planBill(stack, assumptions) }))
    .filter(({ stack, bill }) => !bill.unpriced.includes(`ec2:${stack.host.type}`))
    .sort((a, b) => a.bill.usd - b.bill.usd)[0]?.stack
}

function largeHosts({ eventsPerSecond }: Assumptions): BilledStack['host'] {
  const vcpus = hostMachine(largeHost)?.vcpus ?? 1
  const parts = hostParts.filter(part => part !== 'broker')
  return { type: largeHost, count: Math.ceil(vcpusOf(parts, eventsPerSecond) / vcpus), diskGb }
}

/** The smallest class whose steady CPU is enough: past it, surplus costs more than the next one. */
function databaseFor({ eventsPerSecond }: Assumptions): BilledStack['database'] {
  const needed = vcpusOf(['database'], eventsPerSecond)
  const fits = (name: string) => {
    const machine = databaseMachine(name)
    return (
      machine !== undefined &&
      machine.architecture === 'arm64' &&
      machine.memoryGb >= 1 &&
      steadyVcpus(machine) >= needed
    )
  }
  return { class: databaseClasses.find(fits) ?? databaseClasses.at(-1) ?? '', storageGb: 20 }
}

/** A broker of three keeps all that is in the log: 12 partitions of 1 GiB at least, and a day of events. */
function logDiskGb(eventsPerSecond: number): number {
  return Math.max(diskGb, Math.ceil((eventsPerSecond * 1_423 * 86_400) / 2 ** 30))
}

/** Where each part stops fitting, the first one first. */
export function scaleLimits(): ScaleLimit[] {
  const steady = (type: string) => {
    const machine = hostMachine(type)
    return machine ? steadyVcpus(machine) : 0
  }
  return [
    {
      part: 'steady CPU of one t3.medium or t4g.medium',
      eventsPerSecond: eventsUntil(hostParts, steady('t4g.medium')),
      next: 'a larger host, or more of them',
    },
    {
      part: 'a file each ten minutes and partition',
      eventsPerSecond: bisect(rate => lakeFiles({ eventsPerSecond: rate, rotateS: 600 }).anHour > 72),
      next: 'files are written when they are full: requests grow with the events',
    },
    {
      part: '20 GB of RDS storage',
      eventsPerSecond: bisect(rate => databaseNeedsGb({ ...assumed, eventsPerSecond: rate }) > 20),
      next: 'more storage, or less kept',
    },
    {
      part: 'steady CPU of db.t4g.micro',
      eventsPerSecond: eventsUntil(['database'], steadyOfDatabase('db.t4g.micro')),
      next: 'surplus CPU is billed; a larger class',
    },
    {
      part: '1,000 GB of RDS storage, the most that a stack may have',
      eventsPerSecond: bisect(rate => databaseNeedsGb({ ...assumed, eventsPerSecond: rate }) > 1_000),
      next: 'a feed of hours, not a day; counts of fewer days',
    },
    {
      part: 'one uploader of the lake',
      eventsPerSecond: eventsUntil(['lake'], 1),
      next: 'more uploaders: they share the partitions',
    },
    {
      part: 'one ingest process',
      eventsPerSecond: eventsUntil(['ingest'], 1),
      next: 'several sources: ingest reads one stream',
    },
    {
      part: `${mostHosts} burstable hosts`,
      eventsPerSecond: eventsUntil([...hostParts, 'broker', 'broker'], steady('t4g.xlarge') * mostHosts),
      next: 'hosts without credits, and a Kafka of its own',
    },
    {
      part: `${topic.partitions} workers, one a partition`,
      eventsPerSecond: eventsUntil(['workers'], topic.partitions),
      next: 'a topic with more partitions: a new log',
    },
  ].sort((a, b) => a.eventsPerSecond - b.eventsPerSecond)
}

function steadyOfDatabase(name: string): number {
  const machine = databaseMachine(name)
  return machine ? steadyVcpus(machine) : 0
}

/** The least rate, to a thousandth, at which something is past. */
function bisect(isPast: (eventsPerSecond: number) => boolean): number {
  let [low, high] = [0, 1e6]
  while (high - low > high / 1_000) {
    const middle = (low + high) / 2
    if (isPast(middle)) high = middle
    else low = middle
  }
  return high
}

/** What a month costs at each rate, as a table in Markdown. */
export function costsTable(): string {
  const rows = scaleRows()
  const most = Math.max(...rows.map(({ bill }) => bill.usd))
  const costs = markdownTable(
    [
      ['events/s', 'hosts', 'log', 'database', 'lake, GB a month', 'USD a month', ''],
      ...rows.map(({ eventsPerSecond, hosts, log, database, lakeGb, bill }) => [
        number(eventsPerSecond),
        hosts,
        log,
        database,
        number(lakeGb),
        `${bill.unpriced.length > 0 ? '≥ ' : ''}${number(bill.usd)}`,
        '█'.repeat(Math.max(1, Math.round((Math.log10(bill.usd) / Math.log10(most)) * 20))),
      ]),
    ],
    { align: ['r', 'l', 'l', 'l', 'r', 'r', 'l'], stringLength: text => [...text].length },
  )
  const unpriced = [...new Set(rows.flatMap(({ bill }) => bill.unpriced))]
  const unknown = unpriced.length > 0 ? ` ≥: no price is known here for ${unpriced.join(', ')}.` : ''
  return `${costs}\n\nThe bars are logarithmic.${unknown}`
}

/** Up to which rate each part holds, as a table in Markdown. */
export function limitsTable(): string {
  return markdownTable(
    [
      ['until events/s', 'what stops fitting', 'then'],
      ...scaleLimits().map(({ part, eventsPerSecond, next }) => [number(eventsPerSecond), part, next]),
    ],
    { align: ['r', 'l', 'l'] },
  )
}

/** Three digits that count. */
function number(amount: number): string {
  return Number(amount.toPrecision(3)).toLocaleString('en', { maximumFractionDigits: 1 })
}
