import { UserError } from './script.ts'

/** A flag's value as a whole number from 1; undefined when it isn't given. @throws UserError for anything else. */
export function wholeNumber(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new UserError(`${flag} is ${JSON.stringify(text)}: a whole number from 1`)
}
