import { type Report } from '../bill.ts'
import { serviceRows } from './by-service.ts'
import { type Citation, citationOf, citationsOf } from './citations.ts'
import { columnsOf, rowsOf } from './comparison.ts'
import { costChart } from './cost-chart.ts'
import { creditChart, creditPoints } from './credit-chart.ts'
import { style } from './html-style.ts'
import { Markup, markup } from './markup.ts'
import { changeText, totalText, unitPriceText, usdText } from './money.ts'
import { billedSpan, conclusion, creditSentence, liveSentence, oldPrices } from './sentences.ts'

/**
 * A report as one page, for reading and for paper: no script, nothing fetched, light and dark; each chart has its
 * figures in a table. What comes from AWS or from names is escaped.
 */
export async function renderHtml(report: Report): Promise<string> {
  const citations = citationsOf(report)
  const [costs, credit] = await Promise.all([costChart(report), creditChart(report)])
  const { said, next } = conclusion(report)
  const title = `${report.stack} in ${report.region}: what it costs`
  const live = liveSentence(report)
  return `${markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${new Markup(style)}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p class="when">${`${report.at.slice(0, 16).replace('T', ' ')} UTC`}${report.whatIf ? `; what if ${report.whatIf.changes.join(', ')}` : ''}</p>
<p class="verdict ${new Markup(verdictClass[report.verdict])}">${said}</p>
<p>${creditSentence(report)}${report.credit.note === undefined ? '' : ` ${report.credit.note}`}</p>
<h2>By item</h2>
${billTable(report, citations)}
${live === undefined ? undefined : markup`<p class="when">${live}</p>`}
${costs ? markup`<figure>${costs}</figure>` : undefined}
<h2>The credit</h2>
${credit ? markup`<figure>${credit}</figure>` : undefined}
${creditTable(report)}
${leverList(report)}
${billedTable(report)}
${list('Why they differ', report.differences)}
${list(
  "Couldn't be read",
  report.unavailable.map(({ source, why }) => `${source}: ${why}`),
)}
${sourceList(report, citations)}
<p class="next">${next}</p>
</main>
</body>
</html>`}\n`
}

const verdictClass = { fits: 'fits', "doesn't fit": 'over', "couldn't tell": 'unknown' } as const

function billTable(report: Report, citations: readonly Citation[]): Markup {
  const columns = columnsOf(report)
  const rows = rowsOf(columns).map(({ name, first, what, because, price, usd }) => {
    const cited = price && citationOf(price, citations)
    return markup`<tr>
<th scope="row">${first ? name : markup`<span class="again">${name}</span>`}</th>
<td>${what}${because === undefined ? undefined : markup` <small>(${because})</small>`}</td>
<td class="unit">${price ? unitPriceText(price) : 'unknown'}${
      cited && markup` <sup><a href="#source-${cited.mark}">${cited.mark}${cited.old ? '!' : ''}</a></sup>`
    }</td>
${usd.map(one => markup`<td class="usd">${one === undefined ? '' : one === 'unknown' ? 'unknown' : usdText(one)}</td>`)}
</tr>`
  })
  return markup`<table>
<thead><tr><th scope="col">item</th><th scope="col">configuration</th><th scope="col">unit price</th>
${columns.map(({ title }) => markup`<th scope="col" class="usd">${title}</th>`)}</tr></thead>
<tbody>
${rows}
</tbody>
<tfoot><tr><th scope="row" colspan="3">total</th>
${columns.map(({ bill }) => markup`<td class="usd">${totalText(bill)}</td>`)}</tr></tfoot>
</table>`
}

/** The figures of the credit's chart. */
function creditTable(report: Report): Markup | undefined {
  const points = creditPoints(report)
  const rows = points
    .filter(({ day, phase }, index) => phase === 'was' || points[index - 1]?.day !== day)
    .map(({ day, usd }) => markup`<tr><th scope="row">${day}</th><td class="usd">${usdText(usd)}</td></tr>`)
  if (rows.length < 2) return undefined
  return markup`<details><summary>Day by day</summary>
<table class="small">
<thead><tr><th scope="col">day</th><th scope="col" class="usd">left</th></tr></thead>
<tbody>${rows}</tbody>
</table></details>`
}

function leverList({ levers }: Report): Markup | undefined {
  return list(
    'What would change it most',
    levers.map(({ what, usdAMonth }) => `${changeText(usdAMonth)} a month: ${what}`),
  )
}

function billedTable(report: Report): Markup | undefined {
  const { actual } = report
  if (!actual) return undefined
  const columns = columnsOf(report)
  const cell = (usd: number | undefined) =>
    markup`<td class="usd">${usd === undefined ? '' : usdText(usd)}</td>`
  return markup`<h2>What AWS billed</h2>
<p class="when">${billedSpan(actual)}, before credits.</p>
<table>
<thead><tr><th scope="col">service</th>
${[...columns.map(({ title }) => title), 'billed'].map(title => markup`<th scope="col" class="usd">${title}</th>`)}</tr></thead>
<tbody>
${serviceRows(report).map(({ name, usd }) => markup`<tr><th scope="row">${name}</th>${usd.map(cell)}</tr>`)}
</tbody>
<tfoot><tr><th scope="row">total</th>${[...columns.map(({ bill }) => bill.usd), actual.usd].map(cell)}</tr></tfoot>
</table>`
}

function list(title: string, texts: readonly string[]): Markup | undefined {
  if (texts.length === 0) return undefined
  return markup`<h2>${title}</h2>
<ul>
${texts.map(text => markup`<li>${text}</li>`)}
</ul>`
}

function sourceList(report: Report, citations: readonly Citation[]): Markup | undefined {
  if (citations.length === 0) return undefined
  return markup`<h2>Prices, USD before tax</h2>
<dl>
${citations.map(
  ({ mark, source, date, old }) =>
    markup`<dt id="source-${mark}">${mark}${old ? '!' : ''}</dt><dd>${date}${old ? ', older than 90 days' : ''}: ${source}</dd>`,
)}
</dl>
${citations.some(({ old }) => old) ? markup`<p class="when">${oldPrices(report)}</p>` : undefined}`
}
