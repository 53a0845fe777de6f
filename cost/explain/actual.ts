import { type ActualBill, type Bill, type LiveBill } from '../bill.ts'
import { dailyUsd } from '../model.ts'
import { cent, listInWords, usdInWords } from './words.ts'

/**
 * Services as Cost Explorer names them, and which items of ours they bill. Disks are "EC2 - Other", addresses the
 * VPC's; transfer is each service's own.
 */
const services: Readonly<Record<string, RegExp>> = {
  'Amazon Elastic Compute Cloud - Compute': /^ec2:(?!surplus)/,
  'EC2 - Other': /^(ebs:|ec2:surplus|transfer:)/,
  'Amazon Relational Database Service': /^rds:/,
  'Amazon Simple Storage Service': /^s3:/,
  'Amazon Virtual Private Cloud': /^ipv4$/,
}

/** Services that looking at the bill itself costs. */
const ownReading = /^(AWS Cost Explorer|AmazonCloudWatch)$/

const dayMs = 86_400_000

/** Why what AWS counted isn't what was worked out from what runs. */
export function explainActual(actual: ActualBill, live: LiveBill | undefined, at: Date): string[] {
  return [
    ...delay(actual, live, at),
    ...(live ? before(actual, live) : []),
    ...(live ? apart(actual, live.soFar) : []),
    ...tax(actual),
    ...others(actual),
    ...reading(actual),
  ]
}

/** Cost Explorer is up to a day behind: days without an amount, while something bills. */
function delay({ byDay, to }: ActualBill, live: LiveBill | undefined, at: Date): string[] {
  const last = byDay.filter(({ usd }) => usd > 0).at(-1)?.day
  if (!last) return [`AWS counted nothing until ${to}: its numbers come up to a day late.`]
  const counted = Date.parse(last) + dayMs
  const missing = Math.max(0, at.getTime() - counted) / dayMs
  const usd = live ? missing * dailyUsd(live.aMonth.usd) : 0
  if (missing === 0) {
    return [`AWS's last day, ${last}, isn't over yet: its numbers come up to a day late.`]
  }
  return [
    `AWS has counted until ${last}, up to a day late${usd >= cent ? `: about ${usdInWords(usd)} isn't in it yet` : ''}.`,
  ]
}

/** What the account spent before there was anything of the stack. */
function before({ byDay, from }: ActualBill, { since, soFar }: LiveBill): string[] {
  const first = since.slice(0, 10)
  if (soFar.lines.length === 0) return []
  const usd = byDay.filter(({ day }) => day < first).reduce((sum, one) => sum + one.usd, 0)
  if (usd >= cent) return [`${usdInWords(usd)} was spent before the stack's oldest part was made, ${first}.`]
  return from > first
    ? [`AWS was asked from ${from} on, and the stack is older: it stands since ${first}.`]
    : []
}

/** Services whose amount is more than a tenth, and ten cents, from what hours and prices give. */
function apart({ byService }: ActualBill, soFar: Bill): string[] {
  return Object.entries(services).flatMap(([service, items]) => {
    const counted = byService.filter(one => one.service === service).reduce((sum, { usd }) => sum + usd, 0)
    const lines = soFar.lines.filter(({ item }) => items.test(item))
    const expected = lines.reduce((sum, { usd = 0 }) => sum + usd, 0)
    const by = counted - expected
    if (Math.abs(by) < 0.1 || Math.abs(by) < Math.max(counted, expected) / 10) return []
    const bounds = lines.filter(({ because }) => because?.startsWith('at most'))
    const why =
      by < 0 && bounds.length > 0
        ? `; of ${listInWords([...new Set(bounds.map(({ name }) => name))])} only the most is known`
        : ''
    return [
      `${service}: AWS counted ${usdInWords(counted)}, hours and prices give ${usdInWords(expected)}${why}.`,
    ]
  })
}

function tax({ byService }: ActualBill): string[] {
  const usd = byService.filter(({ service }) => service === 'Tax').reduce((sum, one) => sum + one.usd, 0)
  return usd >= cent ? [`${usdInWords(usd)} is tax, which prices don't hold.`] : []
}

function others({ byService }: ActualBill): string[] {
  const foreign = byService.filter(
    ({ service, usd }) =>
      usd >= cent && !(service in services) && service !== 'Tax' && !ownReading.test(service),
  )
  if (foreign.length === 0) return []
  const usd = foreign.reduce((sum, one) => sum + one.usd, 0)
  const names = listInWords(foreign.map(one => `${one.service} ${usdInWords(one.usd)}`))
  return [`${usdInWords(usd)} of the account is for what the stack doesn't use: ${names}.`]
}

function reading({ byService }: ActualBill): string[] {
  const usd = byService
    .filter(({ service }) => ownReading.test(service))
    .reduce((sum, one) => sum + one.usd, 0)
  return usd >= cent ? [`${usdInWords(usd)} is for questions to Cost Explorer and CloudWatch.`] : []
}
