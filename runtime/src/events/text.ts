/** What PostgreSQL's `text` can't hold is shown as this character, U+FFFD. */
const replacement = '\uFFFD'

/**
 * Makes text that PostgreSQL can store: U+0000, which `text` refuses, and surrogates without their other half,
 * which aren't valid UTF-8, become U+FFFD. Text without them comes back as it is.
 */
export function repair(text: string): string {
  return text.toWellFormed().replaceAll('\0', replacement)
}

/** At most `max` code points of the text; a character outside the basic plane is kept whole or left out. */
export function truncate(text: string, max: number): string {
  if (text.length <= max) return text
  let units = 0
  for (let points = 0; points < max && units < text.length; points++) {
    units += (text.codePointAt(units) ?? 0) > 0xffff ? 2 : 1
  }
  return text.slice(0, units)
}

/** Size in bytes as UTF-8. */
export function utf8Bytes(text: string): number {
  return Buffer.byteLength(text, 'utf8')
}
