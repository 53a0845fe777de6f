import { type Report } from '../bill.ts'
import { judgedBill } from '../judged.ts'
import { dailyUsd } from '../model.ts'
import { drawn } from './chart.ts'
import { type Markup } from './markup.ts'
import { usdText } from './money.ts'

const dayMs = 86_400_000

/** What is left of the credit on a day, USD. */
export type Point = { day: string; usd: number; phase: 'was' | 'will be' }

/**
 * The credit day by day: what it was, from Cost Explorer's days, what it is, and what it will be until it is used up or
 * expires. Without an end it is drawn for 90 days.
 */
export function creditPoints(report: Report): Point[] {
  const { at, credit, actual } = report
  const left = Math.max(0, credit.remainingUsd)
  const today = at.slice(0, 10)
  let later = left
  const was = [...(actual?.byDay ?? [])]
    .filter(({ day }) => day < today)
    .sort((a, b) => (a.day < b.day ? 1 : -1))
    .map(({ day, usd }): Point => {
      // Before that day's cost: what was left in its morning.
      later += usd
      return { day, usd: later, phase: 'was' }
    })
    .reverse()
  const now = Date.parse(today)
  const end = credit.ends === undefined ? now + 90 * dayMs : Date.parse(credit.ends)
  const spent = dailyUsd(judgedBill(report).usd) * ((end - now) / dayMs)
  const atEnd = credit.expiresFirst || credit.ends === undefined ? Math.max(0, left - spent) : 0
  return [
    ...was,
    ...(was.length > 0 ? [{ day: today, usd: left, phase: 'was' } as const] : []),
    { day: today, usd: left, phase: 'will be' },
    ...(end > now
      ? [{ day: new Date(end).toISOString().slice(0, 10), usd: atEnd, phase: 'will be' } as const]
      : []),
  ]
}

/** The credit over time with the day it ends; undefined for one that has ended and of which no day is known. */
export function creditChart(report: Report): Promise<Markup> | undefined {
  const points = creditPoints(report)
  if (points.length < 2) return undefined
  const { credit } = report
  const last = points.at(-1)
  const end = credit.ends
  const word = credit.expiresFirst ? 'expires' : 'is used up'
  const marks = end === undefined ? [] : [{ day: end, usd: last?.usd ?? 0, text: `${word} on ${end}` }]
  return drawn(
    {
      width: 560,
      height: 200,
      layer: [
        {
          data: { values: points },
          mark: { type: 'line', strokeWidth: 2, point: { size: 12, filled: true } },
          encoding: {
            x: {
              field: 'day',
              type: 'temporal',
              title: null,
              scale: { type: 'utc' },
              axis: { format: '%Y-%m-%d', tickCount: 5, labelOverlap: true },
            },
            y: {
              field: 'usd',
              type: 'quantitative',
              title: 'USD left',
              scale: { domainMin: 0 },
              axis: { tickCount: 5, format: '$,~r' },
            },
            color: {
              field: 'phase',
              type: 'nominal',
              legend: null,
              scale: { domain: ['was', 'will be'], range: ['var(--used)', 'var(--planned)'] },
            },
            strokeDash: {
              field: 'phase',
              type: 'nominal',
              legend: null,
              scale: {
                domain: ['was', 'will be'],
                range: [
                  [1, 0],
                  [6, 4],
                ],
              },
            },
          },
        },
        {
          data: { values: marks },
          mark: { type: 'rule', color: 'var(--used)' },
          encoding: { x: { field: 'day', type: 'temporal', scale: { type: 'utc' } } },
        },
        {
          data: { values: marks },
          mark: { type: 'text', align: 'right', baseline: 'top', dx: -6 },
          encoding: {
            x: { field: 'day', type: 'temporal', scale: { type: 'utc' } },
            y: { value: 4 },
            text: { field: 'text' },
          },
        },
      ],
    },
    {
      id: 'credit',
      title: 'What is left of the credit, day by day',
      description: `${usdText(Math.max(0, credit.remainingUsd))} are left on ${report.at.slice(0, 10)}${
        end === undefined ? '' : `; the credit ${word} on ${end}`
      }.`,
    },
  )
}
