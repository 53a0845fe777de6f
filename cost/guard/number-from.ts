import { UserError } from '../../ops/lib/script.ts'

/**
 * A number given on the command line: above 0.
 * @throws UserError that says what is allowed.
 */
export function numberFrom(flag: string, text: string, { most, whole = false }: Bounds): number {
  const number = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (number > 0 && number <= most && (!whole || Number.isInteger(number))) return number
  throw new UserError(
    `${flag} ${text}: ${whole ? 'a whole number' : 'a number'} above 0, up to ${most}, is allowed`,
  )
}

/** The largest number that makes sense, and whether fractions do. */
type Bounds = { most: number; whole?: boolean }
