import { inspect } from 'node:util'

/** Characters of a value that an error shows: enough to find it, and not the whole of a key pasted by mistake. */
const longest = 80

/** A value of the configuration in one printable line, cut at 80 characters; look-alike letters show as escapes. */
export function showValue(value: unknown): string {
  if (value === undefined) return 'missing'
  if (typeof value === 'function') return 'a function'
  const shown = inspect(value, {
    depth: 0,
    breakLength: Number.POSITIVE_INFINITY,
    maxArrayLength: 3,
    maxStringLength: longest,
    customInspect: false,
  })
  const printable = shown.replaceAll(
    /[^\x20-\x7e]/gu,
    letter => `\\u{${letter.codePointAt(0)?.toString(16)}}`,
  )
  return printable.length > longest ? `${printable.slice(0, longest)}…` : printable
}
