import { visible } from '../cloud/fact-text.ts'
import { type Comparison } from './compare.ts'
import { count, minute, plural, signed, stretch } from './words.ts'

/** What was compared, and what is to be done next. */
export type Report = Comparison & { sources: { old: string; ours: string }; next: string }

/** Columns of the explanations' names. */
const nameWidth = 24
const numberWidth = 14

/** The comparison as a person reads it: the sum from ours to the old one, what is unexplained, and what to do. */
export function renderReport(report: Report): string {
  const { sources, old, ours, explanations, unexplained } = report
  const row = (name: string, value: string, says = '') =>
    `${name.padEnd(nameWidth)}${value.padStart(numberWidth)}${says && `  ${says}`}`
  const ratio = ours > 0 ? `, old to ours ${(old / ours).toFixed(3)}` : ''
  return [
    `old   ${sources.old}`,
    `ours  ${sources.ours}`,
    `time  ${stretch(report.from, report.to)} UTC, ${plural(report.windows, 'window')} of ${plural(report.windowMinutes, 'minute')}${ratio}`,
    '',
    row('ours', count(ours), 'every event, by the minute in which it happened'),
    ...explanations.map(({ kind, events, says }) => row(kind, events === 0 ? '·' : signed(events), says)),
    ...(unexplained.net === 0 ? [] : [row('not explained', signed(unexplained.net))]),
    row('old', count(old)),
    '',
    ...worstLines(report),
    ...verdictLines(report),
    `Next: ${report.next}`,
  ]
    .map(line => visible(line).trimEnd())
    .join('\n')
}

function worstLines({ unexplained }: Report): string[] {
  if (unexplained.worst.length === 0) return []
  const line = (start: string, old: string, expected: string, by: string) =>
    `  ${start.padEnd(18)}${old.padStart(numberWidth)}${expected.padStart(numberWidth)}${by.padStart(numberWidth)}`
  return [
    'The windows that differ most, without a reason:',
    line('UTC', 'old', 'expected', 'difference'),
    ...unexplained.worst.map(one =>
      line(minute(one.start), count(one.old), count(one.expected), signed(one.old - one.expected)),
    ),
    '',
  ]
}

function verdictLines({ verdict, doubts, unexplained, explanations }: Report): string[] {
  if (verdict === 'same') return ['The same: every window holds what ours does. The switch can be made.']
  if (verdict === 'explained') {
    const rest = unexplained.events === 0 ? '' : `, but for ${plural(unexplained.events, 'event')}`
    return [
      `The difference is explained by ${plural(explanations.length, 'reason')}${rest}. The switch can be made.`,
    ]
  }
  return [`Not explained: ${doubts.join('; ')}. Don't switch before it is.`]
}
