import { added, type Dimension, dimensions, type OldCounts, type OldWindow } from './old-counts.ts'

/** Rows of the old table that are one in everything but their count: how many, their sum, the largest of them. */
export type OldRows = {
  startMs: number
  endMs?: number | undefined
  rows: number
  sum: number
  largest: number
} & Partial<Record<Dimension, string | undefined>>

/** Values of a column beyond this are no longer told apart: it is no column of wikis or types. */
const mostValues = 5_000

/** Adds rows up to the old counts. */
export function createTally(): { add(rows: OldRows): void; done(source: string): OldCounts } {
  const windows = new Map<number, OldWindow>()
  const lengths = new Map<number, number>()
  const values: Partial<Record<Dimension, Map<string, number>>> = {}
  return {
    add: rows => {
      const { startMs, endMs, sum, largest } = rows
      const canaries = rows.wiki === 'canary' ? sum : 0
      windows.set(
        startMs,
        added(windows.get(startMs), {
          ...{ sum, canaries },
          // Of canaries only their sum is known to be taken off.
          largest: canaries > 0 ? sum : largest,
          repeated: rows.rows - 1,
        }),
      )
      if (endMs !== undefined) lengths.set(endMs - startMs, (lengths.get(endMs - startMs) ?? 0) + rows.rows)
      for (const dimension of dimensions) {
        const value = rows[dimension]
        if (value === undefined) continue
        const known = values[dimension] ?? new Map<string, number>()
        values[dimension] = known
        if (known.size < mostValues || known.has(value)) known.set(value, (known.get(value) ?? 0) + sum)
      }
    },
    done: source => {
      const [common] = [...lengths].sort((a, b) => b[1] - a[1])
      return { source, windows, values, ...(common && common[0] > 0 && { windowMs: common[0] }) }
    },
  }
}
