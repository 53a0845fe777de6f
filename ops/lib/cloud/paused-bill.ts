import { creditDays, pricedLines, totalOf } from '../../../cost/model.ts'
import { stopsWithPower } from './bill.ts'
import { type OpenStack } from './open.ts'

/** RDS starts a stopped database by itself after seven days (RDS user guide, "Stopping a DB instance"). */
const databaseStandsMs = 7 * 24 * 3_600_000

/** What a paused stack still costs, and when its database starts by itself. */
export function renderPausedBill({ parts, cloud, credit }: OpenStack, now = Date.now()): string {
  const standing = parts.flatMap(({ usage }) => usage).filter(one => !stopsWithPower(one))
  const lines = pricedLines(standing, cloud.region)
  const total = totalOf(lines)
  const days = creditDays(total.usd, credit.remainingUsd)
  const atLeast = total.unpriced.length > 0 ? 'at least ' : ''
  return [
    'Still billed while paused:',
    ...lines.map(
      ({ usage, usd }) =>
        `  ${`${usage.name}: ${usage.what}`.padEnd(44)}${usd === undefined ? 'price unknown' : `$${usd.toFixed(2)} a month`}`,
    ),
    `  ${'together'.padEnd(44)}${atLeast}$${total.usd.toFixed(2)} a month${Number.isFinite(days) ? `: the credit of $${credit.remainingUsd.toFixed(2)} lasts ${Math.floor(days)} days` : ''}`,
    `RDS starts the database by itself on ${new Date(now + databaseStandsMs).toISOString().slice(0, 10)}: pause again then.`,
  ].join('\n')
}
