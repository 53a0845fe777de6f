/** USD as sentences name them: `$1.20`. */
export function usdInWords(usd: number): string {
  return `$${usd.toFixed(2)}`
}

/** Less than a cent is no difference. */
export const cent = 0.01

/** A stretch of time of so many ms: `10 days`, under two of them in hours: `3 hours`. */
export function timeInWords(ms: number): string {
  const hours = Math.round(ms / 3_600_000)
  return hours < 48 ? counted(hours, 'hour') : counted(Math.round(hours / 24), 'day')
}

/** `a`, `a and b`, `a, b and c`. */
export function listInWords(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

function counted(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}
