/** Why a JSON text can't be given back from its parsed value, cell by cell. */
export type Inexactness = 'duplicate_key' | 'inexact_number' | 'lone_surrogate' | 'too_deep'

/**
 * Tells whether a parsed JSON text can be written again without loss; undefined when it can.
 *
 * EventStreams sends what `JSON.stringify` gave it, so nearly every event takes the first way out: a text that
 * comes out again as it went in has no duplicate key and no number that JavaScript can't hold.
 */
export function inexactness(text: string, value: unknown): Inexactness | undefined {
  const again = stringify(value)
  if (again === undefined || isTooDeep(text)) return 'too_deep'
  // Well-formed UTF-8 has no lone surrogate but by an escape.
  const escapedSurrogate = /\\u[dD][89a-fA-F]/.test(text)
  if (again === text && !escapedSurrogate) return undefined
  return scan(text)
}

function stringify(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch (error) {
    // Deeper than the stack, which not every version of Node needs for it: JSON.parse has no such limit.
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** Brackets that may be open at once: readers of the lake give up sooner or later, Python's `json` at about 1,000. */
const deepest = 500

function isTooDeep(text: string): boolean {
  // Nearly every text has fewer brackets in all.
  if (text.length <= deepest || !hasMoreBrackets(text, deepest)) return false
  let depth = 0
  for (const [part] of text.matchAll(token)) {
    if (part === '{' || part === '[') depth++
    else if (part === '}' || part === ']') depth--
    if (depth > deepest) return true
  }
  return false
}

function hasMoreBrackets(text: string, limit: number): boolean {
  let left = limit
  for (const bracket of '{[') {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
      if (left-- === 0) return true
    }
  }
  return false
}

/** The tokens of a text that JSON.parse has accepted: string, number, bracket or comma. */
const token = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*|[{}[\],]/g

/** No double needs more digits to be told apart, and `decimal` takes quadratic time on long runs of zeros. */
const longestNumeral = 400

function scan(text: string): Inexactness | undefined {
  /** Keys seen in the objects that are open; undefined stands for an array. */
  const open: (Set<string> | undefined)[] = []
  let keyNext = false
  for (const [part] of text.matchAll(token)) {
    const first = part.charCodeAt(0)
    if (first === 0x7b || first === 0x5b) {
      open.push(first === 0x7b ? new Set() : undefined)
      keyNext = first === 0x7b
    } else if (first === 0x7d || first === 0x5d) {
      open.pop()
      keyNext = false
    } else if (first === 0x2c) {
      keyNext = open.at(-1) !== undefined
    } else if (first === 0x22) {
      const content: string = part.includes('\\') ? JSON.parse(part) : part.slice(1, -1)
      if (!content.isWellFormed()) return 'lone_surrogate'
      if (keyNext) {
        const keys = open.at(-1)
        if (keys?.has(content)) return 'duplicate_key'
        keys?.add(content)
      }
      keyNext = false
    } else if (part.length > longestNumeral || decimal(part) !== decimal(String(Number(part)))) {
      return 'inexact_number'
    }
  }
  return undefined
}

/** The value that a decimal numeral denotes, in one form; `-0` is kept apart from `0`, for JSON.stringify drops it. */
function decimal(numeral: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(numeral) ?? []
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  const significant = digits.replace(/0+$/, '')
  if (significant === '') return `${sign}0`
  return `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`
}
