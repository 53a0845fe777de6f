import { type Assumptions, assumedOf } from './assumptions.ts'
import { databaseClasses, hostMachine, hostTypes } from './machines.ts'
import { whyNotFit } from './needs.ts'
import { type BilledStack, databaseNeedsGb, planBill } from './plan-bill.ts'

/** A change to a stack, and what it does to a month's bill: USD, negative for a saving. */
export type Lever = { what: string; usdAMonth: number }

type Change = { what: string; stack?: BilledStack; assumptions?: Assumptions }

/** RDS's least storage with gp3, in GB. */
const leastStorageGb = 20

/**
 * What would change a bill most, the largest first, each computed by the model. What has no known price is left out,
 * for its difference isn't known; so is what changes less than a cent.
 */
export function levers(stack: BilledStack, assumptions: Assumptions = assumedOf(stack)): Lever[] {
  const { usd, unpriced } = planBill(stack, assumptions)
  return changesOf(stack, assumptions)
    .flatMap(({ what, stack: other = stack, assumptions: others = assumptions }) => {
      const bill = planBill(other, others)
      const known = bill.unpriced.every(item => unpriced.includes(item))
      return known ? [{ what, usdAMonth: bill.usd - usd }] : []
    })
    .filter(({ usdAMonth }) => Math.abs(usdAMonth) >= 0.01)
    .sort((a, b) => Math.abs(b.usdAMonth) - Math.abs(a.usdAMonth))
}

function changesOf(stack: BilledStack, assumptions: Assumptions): Change[] {
  const busy = { ...assumptions, eventsPerSecond: assumptions.eventsPerSecond * 10 }
  const holds = whyNotFit(stack, busy).length === 0
  return [
    ...hostChanges(stack, assumptions),
    ...databaseChanges(stack, assumptions),
    { what: 'pausing it for 10 hours every night', assumptions: { ...assumptions, pausedHoursADay: 10 } },
    {
      what: 'a file of the lake every minute, not every ten (LAKE_ROTATE_S=60)',
      assumptions: { ...assumptions, rotateS: 60 },
    },
    {
      what: `ten times the events${holds ? '' : ', which the hosts of today do not hold'}`,
      assumptions: busy,
    },
    { what: 'a lake that is a year old', assumptions: { ...assumptions, lakeAgeDays: 365 } },
    { what: 'ten pages of the dashboard open round the clock', assumptions: { ...assumptions, viewers: 10 } },
  ]
}

/** The cheapest host of either architecture that still holds the pipeline, one host fewer, and a pinned CPU. */
function hostChanges(stack: BilledStack, assumptions: Assumptions): Change[] {
  const { host } = stack
  const now = hostMachine(host.type)
  const withHost = (more: Partial<BilledStack['host']>) => ({ ...stack, host: { ...host, ...more } })
  const types = hostTypes
    .filter(type => type !== host.type && whyNotFit(withHost({ type }), assumptions).length === 0)
    .map(type => ({ type, usd: planBill(withHost({ type }), assumptions) }))
    .filter(({ usd }) => usd.unpriced.length === 0)
    .sort((a, b) => a.usd.usd - b.usd.usd)
  const cheapest = (architecture: string) =>
    types.find(({ type }) => hostMachine(type)?.architecture === architecture)?.type
  return [
    ...[cheapest('arm64'), cheapest('x86_64')]
      .filter(type => type !== undefined)
      .map(type => ({
        what: `${type} in place of ${host.type}${hostMachine(type)?.architecture === now?.architecture ? '' : ', another architecture'}`,
        stack: withHost({ type }),
      })),
    ...(host.count > 1 && whyNotFit(withHost({ count: host.count - 1 }), assumptions).length === 0
      ? [{ what: 'one host fewer', stack: withHost({ count: host.count - 1 }) }]
      : []),
    ...(now?.beyond === 'credits'
      ? [
          {
            what: 'unlimited CPU credits, with all vCPUs of the hosts busy all month',
            assumptions: { ...assumptions, cpuCredits: 'unlimited' as const, hostCpu: 1 },
          },
        ]
      : []),
  ]
}

/** A smaller and a larger class, no more storage than needed, and a pinned CPU, which RDS bills always. */
function databaseChanges(stack: BilledStack, assumptions: Assumptions): Change[] {
  const { database } = stack
  const withDatabase = (more: Partial<BilledStack['database']>) => ({
    ...stack,
    database: { ...database, ...more },
  })
  const family = databaseClasses.filter(one => one.split('.')[1] === database.class.split('.')[1])
  const at = family.indexOf(database.class)
  const neighbours = at < 0 ? [] : [family[at - 1], family[at + 1]]
  const needed = Math.max(leastStorageGb, Math.ceil(databaseNeedsGb(assumptions)))
  return [
    ...neighbours
      .filter(one => one !== undefined)
      .map(one => ({ what: `${one} in place of ${database.class}`, stack: withDatabase({ class: one }) })),
    ...(needed < database.storageGb
      ? [
          {
            what: `${needed} GB of RDS storage, as the tables need`,
            stack: withDatabase({ storageGb: needed }),
          },
        ]
      : []),
    {
      what: 'all vCPUs of the database busy all month',
      assumptions: { ...assumptions, databaseCpu: 1 },
    },
    {
      what: 'counts by the minute kept for 90 days (RETENTION_MINUTES_DAYS=90)',
      assumptions: { ...assumptions, retention: { ...assumptions.retention, minutesDays: 90 } },
    },
  ]
}
