import { markdownTable } from 'markdown-table'
import { visible } from '../../ops/lib/cloud/fact-text.ts'
import { type Report } from '../bill.ts'
import { serviceRows } from './by-service.ts'
import { type Citation, citationOf, citationsOf } from './citations.ts'
import { columnsOf, rowsOf } from './comparison.ts'
import { changeText, totalText, unitPriceText, usdText } from './money.ts'
import { billedSpan, conclusion, creditSentence, liveSentence, oldPrices } from './sentences.ts'

/** A report as GitHub's Markdown, for a comment: the verdict first, the tables, what differs, the sources. */
export function renderMarkdown(report: Report): string {
  const citations = citationsOf(report)
  const { said, next } = conclusion(report)
  const { whatIf, credit } = report
  const live = liveSentence(report)
  return `${[
    `## ${plain(`${report.stack} in ${report.region}`)}: what it costs`,
    `**${plain(said)}** ${plain(creditSentence(report))}`,
    ...(credit.note ? [plain(credit.note)] : []),
    ...(whatIf ? [`What if: ${whatIf.changes.map(plain).join(', ')}.`] : []),
    billTable(report, citations),
    ...(live ? [plain(live)] : []),
    ...listed(
      'What would change it most',
      report.levers.map(({ what, usdAMonth }) => `${changeText(usdAMonth)} a month: ${what}`),
    ),
    ...billed(report),
    ...listed('Why they differ', report.differences),
    ...listed(
      "Couldn't be read",
      report.unavailable.map(({ source, why }) => `${source}: ${why}`),
    ),
    ...(citations.length > 0 ? [sources(report, citations)] : []),
    `${plain(next)} (${report.at.slice(0, 16)} UTC)`,
  ].join('\n\n')}\n`
}

/**
 * Text that stands as it is in GitHub's Markdown: nothing in it becomes markup, a mention, a reference or a link, or
 * ends a table's cell.
 */
export function plain(text: string): string {
  return (
    visible(text)
      // `visible` writes what can't be seen as \u{…}; its backslash is escaped with the others.
      .replace(/[\\`*_{}[\]<>|~$]/g, '\\$&')
      .replace(/&/g, '&amp;')
      // A character without width keeps these from being read as a mention, an issue or an address.
      .replace(/@|#(?=\d)|:(?=\/\/)|www(?=\.)/gi, '$&\u200b')
      // A list, a heading or a rule begins a line.
      .replace(/^(\s*)([-+#=])/, '$1\\$2')
      .replace(/^(\s*\d+)([.)])(?=\s)/, '$1\\$2')
  )
}

function billTable(report: Report, citations: readonly Citation[]): string {
  const columns = columnsOf(report)
  const rows = rowsOf(columns).map(({ name, first, what, because, price, usd }) => [
    first ? plain(name) : '',
    plain(because === undefined ? what : `${what} (${because})`),
    price ? `${plain(unitPriceText(price))} ${mark(citationOf(price, citations))}` : 'unknown',
    ...usd.map(one => (one === undefined ? '' : one === 'unknown' ? 'unknown' : plain(usdText(one)))),
  ])
  const totals = columns.map(({ bill }) => `**${plain(totalText(bill))}**`)
  return markdownTable(
    [
      ['item', 'configuration', 'unit price', ...columns.map(({ title }) => title)],
      ...rows,
      ['**total**', '', '', ...totals],
    ],
    { align: ['l', 'l', 'l', ...columns.map(() => 'r')] },
  )
}

function mark(citation: Citation | undefined): string {
  return citation ? `<sup>${citation.mark}${citation.old ? '!' : ''}</sup>` : ''
}

function billed(report: Report): string[] {
  const { actual } = report
  if (!actual) return []
  const columns = columnsOf(report)
  const text = (usd: number | undefined) => (usd === undefined ? '' : plain(usdText(usd)))
  const table = markdownTable(
    [
      ['service', ...columns.map(({ title }) => title), 'billed'],
      ...serviceRows(report).map(({ name, usd }) => [plain(name), ...usd.map(text)]),
      ['**total**', ...columns.map(({ bill }) => text(bill.usd)), `**${text(actual.usd)}**`],
    ],
    { align: ['l', ...columns.map(() => 'r'), 'r'] },
  )
  return [`### What AWS billed, ${billedSpan(actual)}, before credits`, table]
}

function listed(title: string, texts: readonly string[]): string[] {
  return texts.length === 0 ? [] : [`### ${title}`, texts.map(text => `- ${plain(text)}`).join('\n')]
}

function sources(report: Report, citations: readonly Citation[]): string {
  const lines = citations.map(
    ({ mark: sign, source, date, old }) =>
      `- ${sign}${old ? '!' : ''}: ${link(source)}, ${date}${old ? ', older than 90 days' : ''}`,
  )
  const old = citations.some(one => one.old) ? ['', plain(oldPrices(report))] : []
  return [
    '<details><summary>Prices, USD before tax: sources</summary>',
    '',
    ...lines,
    ...old,
    '',
    '</details>',
  ].join('\n')
}

/** Sources are of `cost/prices.json`; one that isn't an address of the web stands as text. */
function link(source: string): string {
  return /^https:\/\/[\w./%~-]+$/.test(source) ? `<${source}>` : plain(source)
}
