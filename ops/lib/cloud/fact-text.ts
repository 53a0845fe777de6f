import { type Difference, type Fact } from './part.ts'

/** Text from AWS without what would act on a terminal: control, bidirectional and other unseen characters. */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, found => `\\u{${found.codePointAt(0)?.toString(16)}}`)
}

/** A property's value as people read it. */
function factText(fact: Fact | undefined): string {
  if (fact === undefined) return 'not set'
  if (typeof fact === 'string') return fact === '' ? "''" : visible(fact)
  if (typeof fact === 'object') return fact.length === 0 ? 'none' : fact.map(visible).join(', ')
  return typeof fact === 'boolean' ? (fact ? 'yes' : 'no') : String(fact)
}

/**
 * A difference as lines: `type  t3.small → t3.medium` where that fits in `width` characters; otherwise, and for
 * lists, what goes and what comes each on a line of its own.
 */
export function differenceLines({ property, before, after }: Difference, width: number): string[] {
  const name = visible(property)
  if (Array.isArray(before) && Array.isArray(after)) {
    const gone = before.filter(one => !after.includes(one))
    const come = after.filter(one => !before.includes(one))
    return [name, ...gone.map(one => `  − ${visible(one)}`), ...come.map(one => `  + ${visible(one)}`)]
  }
  const line = `${name}  ${factText(before)} → ${factText(after)}`
  return line.length <= width ? [line] : [name, `  − ${factText(before)}`, `  + ${factText(after)}`]
}
