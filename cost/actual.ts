import { GetCostAndUsageCommand, type ResultByTime } from '@aws-sdk/client-cost-explorer'
import { type Cloud } from '../ops/lib/cloud/cloud.ts'
import { UserError } from '../ops/lib/script.ts'
import { readAnswer, writeAnswer } from './actual/answer-file.ts'
import { type ActualBill } from './bill.ts'

/** What is asked of Cost Explorer, and how. */
export type Question = {
  cloud: Pick<Cloud, 'account' | 'costExplorer'>
  stack: { name: string }
  /** Where the answer is kept for the day: the stack's own folder (`context.files.folder`). */
  folder: string
  /** Told what asking costs; false: nothing is asked. */
  agree(question: string): Promise<boolean>
  /** Told how many pages were asked for, and what they cost. */
  say?(sentence: string): void
  /** The first day of interest; the last 60 when it is left out. */
  since?: Date
  now?: Date
}

/** USD for a page of an answer (AWS Cost Management pricing, "Cost Explorer API", read 2026-09-30). */
const usdAPage = 0.01
/** $100 last about as long. */
const defaultDays = 60
/** Cost Explorer shows 13 months; a year is surely there. */
const mostDays = 365
const dayMs = 86_400_000

/**
 * What AWS says was spent, by service and by day, gross of credits: while credits pay, all else says $0.
 *
 * It is about the whole account, in all regions. Tags would narrow it to the stack, but only once somebody has
 * activated `wikiflow:stack` as a cost-allocation tag (a day ahead, in the organization's management account), and
 * without what carries no tags: transfer, requests, tax. The credit is the account's too.
 * @throws UserError when it isn't agreed to; AWS's errors as they are, which `sentenceOf` explains: a missing
 * permission, Cost Explorer not enabled, no numbers yet.
 */
export async function readActual(question: Question): Promise<ActualBill> {
  const { cloud, stack, folder, since, now = new Date() } = question
  const to = dayOf(now.getTime() + dayMs)
  const from = dayOf(
    Math.max(
      now.getTime() - mostDays * dayMs,
      Math.min(now.getTime(), since?.getTime() ?? now.getTime() - defaultDays * dayMs),
    ),
  )
  const asked = { account: cloud.account, from, to }
  const kept = await readAnswer(folder, asked)
  if (kept) return kept
  const agreed = await question.agree(
    `Ask Cost Explorer what account ${cloud.account}, in which ${stack.name} stands, has spent since ${from}? It costs $${usdAPage} a page, and is one page as a rule`,
  )
  if (!agreed) throw new UserError('Cost Explorer was not asked: it costs $0.01, and that was not agreed to')
  const { days, pages } = await ask(cloud, from, to)
  question.say?.(
    `Cost Explorer answered in ${pages} ${pages === 1 ? 'page' : 'pages'}: $${(pages * usdAPage).toFixed(2)}`,
  )
  const bill = billOf(days, { from, to, askedAt: now.toISOString() })
  await writeAnswer(folder, cloud.account, bill)
  return bill
}

async function ask(
  { costExplorer }: Pick<Cloud, 'costExplorer'>,
  from: string,
  to: string,
): Promise<{ days: ResultByTime[]; pages: number }> {
  const days: ResultByTime[] = []
  let NextPageToken: string | undefined
  let pages = 0
  do {
    const page = await costExplorer.send(
      new GetCostAndUsageCommand({
        TimePeriod: { Start: from, End: to },
        Granularity: 'DAILY',
        Metrics: ['UnblendedCost'],
        GroupBy: [{ Type: 'DIMENSION', Key: 'SERVICE' }],
        Filter: { Not: { Dimensions: { Key: 'RECORD_TYPE', Values: ['Credit', 'Refund'] } } },
        ...(NextPageToken ? { NextPageToken } : {}),
      }),
    )
    pages++
    days.push(...(page.ResultsByTime ?? []))
    NextPageToken = page.NextPageToken
  } while (NextPageToken)
  return { days, pages }
}

/** Days and services, added up from their groups: `Total` is empty when there are any. */
function billOf(
  results: readonly ResultByTime[],
  about: Pick<ActualBill, 'from' | 'to' | 'askedAt'>,
): ActualBill {
  const services = new Map<string, number>()
  const days = new Map<string, number>()
  for (const { TimePeriod, Groups = [] } of results) {
    const day = TimePeriod?.Start?.slice(0, 10) ?? about.from
    for (const { Keys: [service = '?'] = [], Metrics } of Groups) {
      const { Amount, Unit = 'USD' } = Metrics?.UnblendedCost ?? {}
      const usd = Amount ? Number(Amount) : Number.NaN
      if (!Number.isFinite(usd) || Unit !== 'USD') {
        throw new UserError(
          `Cost Explorer says ${Amount || 'no amount in'} ${Unit} for ${service} on ${day}, and an amount in USD was expected`,
        )
      }
      services.set(service, (services.get(service) ?? 0) + usd)
      days.set(day, (days.get(day) ?? 0) + usd)
    }
  }
  const byService = [...services].map(([service, usd]) => ({ service, usd })).sort((a, b) => b.usd - a.usd)
  const byDay = [...days].map(([day, usd]) => ({ day, usd })).sort((a, b) => a.day.localeCompare(b.day))
  return { ...about, byService, byDay, usd: byDay.reduce((sum, { usd }) => sum + usd, 0) }
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
