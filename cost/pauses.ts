import { type Assumptions } from './assumptions.ts'
import { hoursAMonth } from './model.ts'

/** RDS starts a stopped database by itself after so many days (RDS user guide, "Stopping a DB instance"). */
const databaseStandsDays = 7

/** Hours of a month in which hosts and database run, with the pauses assumed. */
export function runningHours({
  pausedDays,
  pausedHoursADay,
}: Pick<Assumptions, 'pausedDays' | 'pausedHoursADay'>): { host: number; database: number } {
  const month = hoursAMonth / 24
  const days = Math.min(pausedDays, month)
  const nights = (month - days) * Math.min(pausedHoursADay, 24)
  return {
    host: rest(days * 24 + nights),
    database: rest(Math.min(days, databaseStandsDays) * 24 + nights),
  }
}

/** Never below zero, where a pause as long as the month is a rounding error longer. */
function rest(pausedHours: number): number {
  return Math.max(0, hoursAMonth - pausedHours)
}
