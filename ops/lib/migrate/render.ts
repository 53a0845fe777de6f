import { styleText } from 'node:util'
import { wrap } from '../checks/render.ts'
import { billLines } from '../cloud/render.ts'
import { type MigrationBill } from './bill.ts'
import { type Found, phases, type StepState } from './step.ts'

/** How steps are shown. */
export type Look = { color: boolean; columns: number }

const marks: Record<StepState, { mark: string; style: Parameters<typeof styleText>[0] }> = {
  done: { mark: '✓', style: 'green' },
  'to do': { mark: '·', style: 'bold' },
  blocked: { mark: '!', style: 'yellow' },
  unknown: { mark: '?', style: 'yellow' },
}

/** In front of the title: mark, number, and the space between. */
const front = 7

/** Who says what it costs, where it isn't the plan. */
const origins: Record<MigrationBill['from'], string | undefined> = {
  plan: undefined,
  'wikiflow.config.ts': 'By the prices that are known here; AWS was not asked.',
  'ops/init.ts': 'By the prices that are known here, for the stack that npx zx ops/init.ts describes.',
}

/** How a stream shows steps: coloured on a terminal alone, in lines of 60 to 100 characters. */
export function lookOf(out: NodeJS.WriteStream): Look {
  return {
    color: out.isTTY && !process.env.NO_COLOR,
    columns: Math.min(100, Math.max(60, out.columns ?? 80)),
  }
}

/** Steps below their phases, a line each with mark, number, title and what was found; longer ones go on below it. */
export function renderSteps(steps: readonly Found[], look: Look): string {
  const width = Math.max(...steps.map(({ title }) => title.length))
  return phases
    .flatMap(({ id, title }) => {
      const own = steps.filter(({ phase }) => phase === id)
      return own.length === 0 ? [] : [[paint(look, 'bold', title), ...linesOf(own, width, look)].join('\n')]
    })
    .join('\n\n')
}

function linesOf(steps: readonly Found[], width: number, look: Look): string[] {
  const indent = ' '.repeat(front + width + 2)
  return steps.flatMap(({ number, title, state, evidence }, index) => {
    const { mark, style } = marks[state]
    // A long reason that many steps share is said once.
    const isSaid = steps[index - 1]?.evidence === evidence && evidence.length > look.columns - indent.length
    const text = isSaid ? 'the same' : evidence
    const [first = '', ...rest] = wrap(text, look.columns - indent.length)
    const head = `${paint(look, style, mark)} ${String(number).padStart(3)}  ${title.padEnd(width)}`
    return [`${head}  ${first}`, ...rest.map(line => `${indent}${line}`)]
  })
}

/** What it costs, and how long the credit lasts. */
export function renderBill(bill: MigrationBill, { columns }: Look): string {
  const origin = origins[bill.from]
  return [...billLines(bill), ...(origin ? [origin] : [])].flatMap(line => wrap(line, columns)).join('\n')
}

function paint({ color }: Look, style: Parameters<typeof styleText>[0], text: string): string {
  return color ? styleText(style, text, { validateStream: false }) : text
}
