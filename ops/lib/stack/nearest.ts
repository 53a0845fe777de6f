/** How many letters may be wrong for a word to be taken for another. */
const mostEdits = 3

/** The word that was probably meant: the one with the fewest letters added, lost or exchanged, at most three. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const [best] = words
    .map(one => ({ one, edits: edits(word.toLowerCase(), one.toLowerCase()) }))
    .filter(({ one, edits }) => edits <= Math.min(mostEdits, one.length - 1))
    .sort((a, b) => a.edits - b.edits)
  return best?.one
}

/** Levenshtein's distance; a word far longer than any field is as far as it is long. */
function edits(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > mostEdits) return a.length + b.length
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j++) {
      const exchanged = (row[j] ?? 0) + (letter === b[j] ? 0 : 1)
      next.push(Math.min(exchanged, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
