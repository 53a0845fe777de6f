import { styleText } from 'node:util'
import { visible } from '../../ops/lib/cloud/fact-text.ts'
import { type Look } from '../../ops/lib/cloud/render.ts'
import { type Report } from '../bill.ts'
import { serviceRows } from './by-service.ts'
import { type Citation, citationsOf, shortSource } from './citations.ts'
import { inColumns, wrapped } from './columns.ts'
import { columnsOf } from './comparison.ts'
import { barOf, creditStretches, stretchText } from './credit-bar.ts'
import { changeText, usdText } from './money.ts'
import { billedSpan, conclusion, creditSentence, liveSentence, oldPrices } from './sentences.ts'
import { tableLines } from './text-table.ts'

type Style = Parameters<typeof styleText>[0]

/**
 * A report for people at a terminal: the table, the credit and when it ends, what would change it most, why the bills
 * differ, what couldn't be read, where the prices are from; the last line says what is true and what to do next.
 */
export function renderText(report: Report, look: Look): string {
  const citations = citationsOf(report)
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ['', paint(look, 'bold', title), ...lines]
  return [
    headLine(report, look),
    '',
    ...tableLines(report, citations, look.columns).map(({ kind, line }) =>
      kind === 'line' ? line : paint(look, kind === 'rule' ? 'dim' : 'bold', line),
    ),
    ...liveLines(report, look),
    ...section('The credit', creditLines(report, look)),
    ...section('What would change it most', leverLines(report, look)),
    ...section(billedTitle(report), billedLines(report, look)),
    ...section(
      'Why they differ',
      report.differences.flatMap(one => bullet(one, look)),
    ),
    ...section(
      "Couldn't be read",
      report.unavailable.flatMap(({ source, why }) => bullet(`${source}: ${why}`, look)),
    ),
    ...section('Prices, USD before tax', [
      ...citations.flatMap(one => citationLines(one, look)),
      ...(citations.some(({ old }) => old)
        ? wrapped(oldPrices(report), look.columns).map(line => paint(look, 'yellow', line))
        : []),
    ]),
    '',
    ...verdictLines(report, look),
  ].join('\n')
}

function headLine({ stack, region, at, whatIf }: Report, look: Look): string {
  const changes = whatIf ? `, what if ${whatIf.changes.join(', ')}` : ''
  const left = visible(`${stack} in ${region}${changes}`)
  const right = `${at.slice(0, 16).replace('T', ' ')} UTC`
  const room = look.columns - right.length - 2
  return left.length > room ? `${left}\n${right}` : `${left.padEnd(room)}  ${right}`
}

function liveLines(report: Report, look: Look): string[] {
  const sentence = liveSentence(report)
  return sentence ? ['', ...wrapped(sentence, look.columns).map(line => paint(look, 'dim', line))] : []
}

const barStyles = { used: 'red', 'a month': 'yellow', 'after it': 'green' } as const

function creditLines(report: Report, look: Look): string[] {
  const stretches = creditStretches(report)
  const bar = barOf(stretches, look.columns)
    .map(({ kind, text }) => paint(look, barStyles[kind], text))
    .join('')
  const { note } = report.credit
  return [
    ...wrapped(visible(creditSentence(report)), look.columns),
    ...(bar ? [bar, ...fitting(stretches.map(stretchText), look, '   ')] : []),
    ...(note ? wrapped(visible(note).replace(/\.?$/, '.'), look.columns) : []),
  ]
}

/** Texts in one line where they fit into it, else each in its own. */
function fitting(texts: readonly string[], { columns }: Look, separator = ' '): string[] {
  const line = texts.join(separator)
  return line.length <= columns ? [line] : [...texts]
}

function leverLines({ levers }: Report, look: Look): string[] {
  const amounts = levers.map(({ usdAMonth }) => changeText(usdAMonth))
  const widest = Math.max(0, ...amounts.map(text => text.length))
  return levers.flatMap(({ what }, index) => {
    const [first = '', ...others] = wrapped(visible(what), look.columns - widest - 12)
    const amount = `${(amounts[index] ?? '').padStart(widest)} a month`
    return [`${amount}  ${first}`, ...others.map(line => `${' '.repeat(amount.length)}  ${line}`)]
  })
}

function billedTitle({ actual }: Report): string {
  return actual ? `What AWS billed, ${billedSpan(actual)}, before credits` : ''
}

function billedLines(report: Report, look: Look): string[] {
  const { actual } = report
  if (!actual) return []
  const text = (usd: number | undefined) => (usd === undefined ? '' : usdText(usd))
  const titles = [...columnsOf(report).map(({ title }) => title), 'billed']
  const body = serviceRows(report).map(({ name, usd }) => [visible(name), ...usd.map(text)])
  const totals = [...columnsOf(report).map(({ bill }) => bill.usd), actual.usd]
  const cells = [['service', ...titles], ...body, ['total', ...totals.map(text)]]
  const amounts = titles.map((_, index) => Math.max(...cells.map(row => (row[index + 1] ?? '').length)))
  const room = look.columns - amounts.reduce((sum, width) => sum + width + 2, 0)
  const name = Math.max(12, Math.min(room, Math.max(...cells.map(([first = '']) => first.length))))
  return inColumns(cells, [
    { width: name, align: 'left' },
    ...amounts.map(width => ({ width, align: 'right' }) as const),
  ])
}

function bullet(text: string, { columns }: Look): string[] {
  return wrapped(visible(text), columns - 2).map((line, index) => `${index === 0 ? '·' : ' '} ${line}`)
}

function citationLines({ mark, source, date, old }: Citation, look: Look): string[] {
  const age = old ? ', older than 90 days' : ''
  const lines = wrapped(`${visible(shortSource(source))}, ${date}${age}`, look.columns - 5)
  return lines.map((line, index) =>
    paint(look, old ? 'yellow' : 'dim', `${index === 0 ? `[${mark}]`.padEnd(4) : '    '} ${line}`),
  )
}

function verdictLines(report: Report, look: Look): string[] {
  const style = { fits: 'green', "doesn't fit": 'red', "couldn't tell": 'yellow' } as const
  const { said, next } = conclusion(report)
  return fitting(
    [said, next].flatMap(one => wrapped(visible(one), look.columns)),
    look,
  ).map(line => paint(look, style[report.verdict], line))
}

function paint({ color }: Look, style: Style, text: string): string {
  return color ? styleText(style, text, { validateStream: false }) : text
}
