/** USD as sentences name them: `$1.20`. */
export function usdInWords(usd: number): string {
  return `$${usd.toFixed(2)}`
}

/** Less than a cent is no difference. */
export const cent = 0.01

/** Whole and half days of a number of ms: `10 days`, `0.5 days`. */
export function daysInWords(ms: number): string {
  const days = ms / 86_400_000
  const rounded = days < 10 ? Number(days.toFixed(1)) : Math.round(days)
  return `${rounded} ${rounded === 1 ? 'day' : 'days'}`
}

/** `a`, `a and b`, `a, b and c`. */
export function listInWords(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}
