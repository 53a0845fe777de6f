import { visible } from '../../ops/lib/cloud/fact-text.ts'
import { type Report } from '../bill.ts'
import { drawn } from './chart.ts'
import { columnsOf } from './comparison.ts'
import { type Markup } from './markup.ts'
import { usdText } from './money.ts'

/** Colours of the bills: of the page, which has them for light and dark. */
const colours = { planned: 'var(--planned)', 'what if': 'var(--what-if)', live: 'var(--live)' } as const

/** Bars of USD a month by item, for each bill of a month; undefined where no line has a price. */
export function costChart(report: Report): Promise<Markup> | undefined {
  const bills = columnsOf(report).filter(({ id }) => id !== 'so far')
  const values = bills.flatMap(({ title, bill }) => {
    const sums = new Map<string, number>()
    for (const { name, usd } of bill.lines) {
      if (usd !== undefined) sums.set(visible(name), (sums.get(visible(name)) ?? 0) + usd)
    }
    return [...sums].map(([name, usd]) => ({ bill: title, name, usd, text: usdText(usd) }))
  })
  const [dearest] = [...values].sort((a, b) => b.usd - a.usd)
  if (!dearest) return undefined
  const titles = bills.map(({ title }) => title)
  const step = titles.length === 1 ? 26 : 14 * titles.length + 8
  return drawn(
    {
      width: 460,
      height: { step, for: 'position' },
      data: { values },
      encoding: {
        y: { field: 'name', type: 'nominal', sort: null, title: null, axis: { ticks: false, domain: false } },
        x: {
          field: 'usd',
          type: 'quantitative',
          title: 'USD a month',
          axis: { tickCount: 6, format: '$,~r' },
        },
        ...(titles.length > 1 ? { yOffset: { field: 'bill', type: 'nominal', sort: titles } as const } : {}),
      },
      layer: [
        {
          mark: { type: 'bar', cornerRadiusEnd: 2 },
          encoding: {
            color: {
              field: 'bill',
              type: 'nominal',
              scale: { domain: titles, range: bills.map(({ id }) => colours[id === 'so far' ? 'live' : id]) },
              ...(titles.length === 1 ? { legend: null } : {}),
            },
          },
        },
        {
          mark: { type: 'text', align: 'left', baseline: 'middle', dx: 4 },
          encoding: { text: { field: 'text' } },
        },
      ],
    },
    {
      id: 'cost',
      title: 'USD a month by item',
      description: `The largest is ${dearest.name} (${dearest.bill}) with ${dearest.text} a month. The table above has all figures.`,
    },
  )
}
