import { UserError } from '../script.ts'
import { showValue } from '../stack/show-value.ts'
import { minuteMs } from './our-minutes.ts'

/** The value of `--from` or `--to` in ms. @throws UserError for what is no whole minute with a zone. */
export function readMinute(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const hasZone = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(text)
  const ms = hasZone ? Date.parse(text) : Number.NaN
  if (Number.isInteger(ms / minuteMs)) return ms
  throw new UserError(
    `${flag} is ${showValue(text)}; allowed: a whole minute with its zone, such as 2026-11-20T08:00:00Z or 2026-11-20T15:00+07:00`,
  )
}
