import { type Assumptions } from './assumptions.ts'
import { type Bill } from './bill.ts'
import { databaseClasses, databaseMachine, hostMachine, hostTypes, steadyVcpus } from './machines.ts'
import { whyNotFit } from './needs.ts'
import { type BilledStack, databaseNeedsGb, planBill } from './plan-bill.ts'

/** A stack that holds the pipeline, what it costs, and what is given up for it. */
export type Option = {
  stack: BilledStack
  assumptions: Assumptions
  bill: Bill
  /** USD a month beside today's stack, negative for a saving. */
  differenceUsd: number
  /** What is changed, in sentences. */
  changes: readonly string[]
  /** What is lost by it, in sentences. */
  givesUp: readonly string[]
}

const mostHosts = 4
/** RDS's least storage with gp3, in GB. */
const leastStorageGb = 20
/** GiB of memory that PostgreSQL needs for its connections and the working set of the live stream. */
const leastDatabaseGb = 1

/**
 * The cheapest stacks that hold the pipeline at these events: enough memory, and CPU that they may use all the time;
 * today's own is not among them. What has no known price is left out.
 * @param only an architecture that they must have.
 */
export function cheapestOptions(
  today: BilledStack,
  assumptions: Assumptions,
  only: 'x86_64' | 'arm64' | undefined,
  many = 3,
): Option[] {
  const now = planBill(today, assumptions)
  return optionsOf(today, assumptions)
    .filter(({ stack }) => only === undefined || hostMachine(stack.host.type)?.architecture === only)
    .filter(option => whyNotFit(option.stack, option.assumptions).length === 0)
    .map(option => ({ ...option, bill: planBill(option.stack, option.assumptions) }))
    .filter(({ bill }) => bill.unpriced.length === 0)
    .sort((a, b) => a.bill.usd - b.bill.usd)
    .map(option => ({
      ...option,
      differenceUsd: option.bill.usd - now.usd,
      changes: changesOf(today, assumptions, option),
      givesUp: lossesOf(today, assumptions, option),
    }))
    .filter(({ changes }) => changes.length > 0)
    .filter(isFirstOfItsHosts)
    .slice(0, many)
}

/** Of the same hosts the cheapest alone: others differ by a larger database, or by a credit mode that isn't needed. */
function isFirstOfItsHosts({ stack: { host } }: Option, index: number, options: readonly Option[]): boolean {
  return (
    index ===
    options.findIndex(({ stack }) => stack.host.type === host.type && stack.host.count === host.count)
  )
}

type Candidate = Pick<Option, 'stack' | 'assumptions'>

/** Every host type, number and credit mode, with the smallest database that the tables and the events leave room for. */
function optionsOf(today: BilledStack, assumptions: Assumptions): Candidate[] {
  const needed = Math.max(leastStorageGb, Math.ceil(databaseNeedsGb(assumptions)))
  return hostTypes.flatMap(type =>
    Array.from({ length: mostHosts }, (_, index) => index + 1).flatMap(count =>
      databaseClasses
        .filter(one => (databaseMachine(one)?.memoryGb ?? 0) >= leastDatabaseGb)
        .flatMap(instanceClass =>
          creditModes({ ...today.host, type, count }, assumptions).map(cpuCredits => ({
            stack: {
              ...today,
              host: { ...today.host, type, count },
              database: { class: instanceClass, storageGb: needed },
            },
            assumptions: { ...assumptions, cpuCredits },
          })),
        ),
    ),
  )
}

/** `unlimited` where `standard` wouldn't do, or is what there is today. */
function creditModes(
  host: BilledStack['host'],
  assumptions: Assumptions,
): readonly Assumptions['cpuCredits'][] {
  if (hostMachine(host.type)?.beyond !== 'credits') return [assumptions.cpuCredits]
  const standard = { ...assumptions, cpuCredits: 'standard' as const }
  return whyNotFit({ host }, standard).length === 0 ? ['standard'] : ['unlimited']
}

function changesOf(
  today: BilledStack,
  assumptions: Assumptions,
  { stack, assumptions: other }: Candidate,
): string[] {
  const { host, database } = stack
  return [
    ...(host.type === today.host.type ? [] : [`host.type ${host.type}`]),
    ...(host.count === today.host.count ? [] : [`host.count ${host.count}`]),
    ...(database.class === today.database.class ? [] : [`database.class ${database.class}`]),
    ...(database.storageGb === today.database.storageGb ? [] : [`database.storageGb ${database.storageGb}`]),
    ...(other.cpuCredits === assumptions.cpuCredits ? [] : [`CPU credits ${other.cpuCredits}`]),
  ]
}

function lossesOf(
  today: BilledStack,
  assumptions: Assumptions,
  { stack, assumptions: other }: Candidate,
): string[] {
  const before = hostMachine(today.host.type)
  const after = hostMachine(stack.host.type)
  const database = [databaseMachine(today.database.class), databaseMachine(stack.database.class)] as const
  const sum = (machine: typeof before, count: number, of: 'memoryGb' | 'steady') =>
    machine === undefined ? 0 : count * (of === 'steady' ? steadyVcpus(machine) : machine.memoryGb)
  const memory = [
    sum(before, today.host.count, 'memoryGb'),
    sum(after, stack.host.count, 'memoryGb'),
  ] as const
  const cpu = [sum(before, today.host.count, 'steady'), sum(after, stack.host.count, 'steady')] as const
  return [
    ...(before && after && before.architecture !== after.architecture
      ? [`the host is made anew on ${after.architecture}, with its log; images must be built for it`]
      : []),
    ...(memory[1] < memory[0] ? [`${memory[1]} GB of memory in place of ${memory[0]}`] : []),
    ...(cpu[1] < cpu[0] ? [`${cpu[1].toFixed(2)} vCPU all the time in place of ${cpu[0].toFixed(2)}`] : []),
    ...(stack.host.count < today.host.count ? ['fewer hosts can fail before the pipeline stops'] : []),
    ...(stack.host.count > today.host.count
      ? ['the log stays on the first host, the work is spread by Swarm']
      : []),
    ...(other.cpuCredits === 'unlimited' && assumptions.cpuCredits === 'standard'
      ? ['no limit on the bill: a busy month costs more']
      : []),
    ...(stack.database.storageGb < today.database.storageGb
      ? ['the database is made anew from a dump: storage never shrinks']
      : []),
    ...((database[1]?.memoryGb ?? 0) < (database[0]?.memoryGb ?? 0)
      ? [`${database[1]?.memoryGb} GB of database memory in place of ${database[0]?.memoryGb}`]
      : []),
  ]
}
