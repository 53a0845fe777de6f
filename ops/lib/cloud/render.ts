import { styleText } from 'node:util'
import { type Bill, billOf, endingUsd, type PlanView, stepTotal } from './bill.ts'
import { differenceLines, visible } from './fact-text.ts'
import { type Action, countSteps, isDrift, type Obstacle, type Plan, type Step } from './plan.ts'

/** How a plan is shown. */
export type Look = { color: boolean; columns: number; now: Date }

type Kind = Action | 'drift'

const marks: Record<Kind, { sign: string; style: Parameters<typeof styleText>[0]; counted: string }> = {
  create: { sign: '+', style: 'green', counted: 'to create' },
  adopt: { sign: '^', style: 'cyan', counted: 'to take over' },
  change: { sign: '~', style: 'yellow', counted: 'to change' },
  drift: { sign: '!', style: ['yellow', 'bold'], counted: 'to repair' },
  replace: { sign: '±', style: ['red', 'bold'], counted: 'to make anew' },
  delete: { sign: '-', style: 'red', counted: 'to delete' },
  same: { sign: '=', style: 'dim', counted: 'as they should be' },
}

/** How standard output shows a plan: coloured on a terminal alone, in lines of 80 to 120 characters. */
function lookOf(out: NodeJS.WriteStream, now = new Date()): Look {
  return {
    color: out.isTTY && !process.env.NO_COLOR,
    columns: Math.min(120, Math.max(60, out.columns ?? 80)),
    now,
  }
}

/** A plan for people: a line for each part with its price, its differences beneath, then what it all costs. */
export function renderPlan(
  plan: Plan & { obstacles?: readonly Obstacle[] },
  view: PlanView,
  look: Look = lookOf(process.stdout),
): string {
  const { stack, cloud } = view
  const titles = Math.max(0, ...plan.steps.map(({ part }) => visible(part.title).length))
  const bill = billOf(plan, view, look.now)
  const ends = endingUsd(plan, stack.region)
  return [
    aligned(`${stack.name} in ${stack.region}, account ${cloud.account}`, 'a month', look),
    '',
    ...plan.steps.flatMap(step => stepLines(step, stack.region, titles, look)),
    ...(plan.obstacles ?? []).flatMap(({ why }) => [
      '',
      ...wrapped(`✗ ${visible(why)}`, look).map(line => paint(look, 'red', line)),
    ]),
    '',
    ...[
      countLine(plan),
      ...(ends > 0 ? [`$${ends.toFixed(2)} a month end with what is removed.`] : []),
      ...(bill ? billLines(bill) : []),
      ...(bill && view.credit.note ? [visible(view.credit.note).replace(/\.?$/, '.')] : []),
    ].flatMap(line => wrapped(line, look)),
  ].join('\n')
}

/** A plan for programs; amounts that aren't known, or infinite, are null. */
export function planJson(
  plan: Plan & { obstacles?: readonly Obstacle[] },
  view: PlanView,
  now = new Date(),
): object {
  const { stack, cloud } = view
  const bill = billOf(plan, view, now)
  return {
    stack: stack.name,
    region: stack.region,
    account: cloud.account,
    steps: plan.steps.map(step => {
      const { usd, unpriced } = stepTotal(step, stack.region)
      return {
        part: step.part.id,
        title: step.part.title,
        name: step.part.name,
        action: step.action,
        drift: isDrift(step),
        ...(step.found ? { id: step.found.id } : {}),
        differences: step.differences.map(one => ({
          ...one,
          before: one.before ?? null,
          effect: step.part.effects?.[one.property] ?? null,
        })),
        reasons: step.reasons,
        usdAMonth: usd,
        unpriced,
      }
    }),
    obstacles: plan.obstacles ?? [],
    counts: countSteps(plan),
    bill: bill ?? null,
    endsUsdAMonth: endingUsd(plan, stack.region),
    note: view.credit.note ?? null,
  }
}

function stepLines(step: Step, region: string, titles: number, look: Look): string[] {
  const { part, action, found, differences } = step
  const { sign, style } = marks[isDrift(step) ? 'drift' : action]
  const price = priceText(step, region)
  const left = `${sign} ${visible(part.title).padEnd(titles)}  ${visible(part.name)}`
  const head = aligned(left, price, look)
  const details = [
    ...(action === 'adopt' ? [`takes over ${visible(found?.id ?? '')}`] : []),
    ...differences.flatMap(difference => [
      ...differenceLines(difference, look.columns - 4),
      ...(part.effects?.[difference.property] ? [`  ${part.effects[difference.property]}`] : []),
    ]),
    ...(action === 'change' && differences.length === 0
      ? ['its record of what was asked is brought up to date']
      : []),
    ...step.reasons.map(reason => `made anew: ${visible(reason)}`),
    ...((action === 'delete' || action === 'replace') && part.holds ? [`holds ${part.holds}`] : []),
  ]
  return [paint(look, style, head), ...details.map(line => `    ${line}`)]
}

/** Broken between words; a longer word keeps its line. */
function wrapped(text: string, { columns }: Look): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line !== undefined && line.length + 1 + word.length <= columns)
      lines[lines.length - 1] = `${line} ${word}`
    else lines.push(word)
  }
  return lines
}

/** Text at the left and at the right edge. */
function aligned(left: string, right: string, { columns }: Look): string {
  return right ? `${left.padEnd(columns - right.length - 2)}  ${right}` : left
}

function priceText(step: Step, region: string): string {
  if (step.part.usage.length === 0) return ''
  const { usd, unpriced } = stepTotal(step, region)
  const minus = step.action === 'delete' ? '-' : ''
  if (unpriced.length === 0) return `${minus}$${usd.toFixed(2)}`
  return usd > 0 ? `${minus}$${usd.toFixed(2)} or more` : 'price unknown'
}

function countLine(plan: Plan): string {
  const counts = Object.entries(countSteps(plan)) as [Kind, number][]
  const said = counts
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${marks[kind].counted}`)
  return said.length > 0 ? `${said.join(', ')}.` : 'There is nothing here.'
}

/** What it costs and how long the credit lasts, in sentences. */
export function billLines({ usd, unpriced, usdADay, credit }: Bill): string[] {
  const atLeast = unpriced.length > 0 ? 'At least ' : ''
  const from = credit.source === 'account' ? 'as the account says' : 'budget.creditUsd of wikiflow.config.ts'
  const money = `$${credit.remainingUsd.toFixed(2)}`
  const lasts = credit.expiresFirst
    ? `expires on ${credit.expires}, before it is used up`
    : credit.days !== null
      ? `lasts ${atLeast ? 'at most ' : ''}${credit.days} days, until ${credit.ends ?? 'further than dates go'}`
      : unpriced.length > 0
        ? 'lasts for a time that nobody can say without prices'
        : 'is not touched'
  return [
    `${atLeast}$${usd.toFixed(2)} a month ($${usdADay.toFixed(2)} a day)`,
    `The credit of ${money} ${lasts} (${from}).`,
    ...(unpriced.length > 0 ? [`No price is known here for ${unpriced.join(', ')}.`] : []),
  ]
}

function paint({ color }: Look, style: Parameters<typeof styleText>[0], text: string): string {
  return color ? styleText(style, text, { validateStream: false }) : text
}
