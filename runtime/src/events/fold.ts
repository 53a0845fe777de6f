import { columnsOf, type Row, type TableName } from './tables.ts'

type AnyRow = Record<string, unknown>

/** Rows of one table, gathered by key: rows that share a key become one, their sums added, their sets united. */
export type Fold<T extends TableName> = { add(row: Row<T>): void; sorted(): Row<T>[] }

/** An empty fold for a table. `sorted` gives one row a key, in the order of the key's columns. */
export function foldInto<T extends TableName>(table: T): Fold<T> {
  const columns = columnsOf(table)
  const names = (role: string) => columns.filter(column => column.role === role).map(({ name }) => name)
  const keys = names('key')
  const sums = names('sum')
  const sets = names('set')
  const byKey = new Map<string, AnyRow>()
  return {
    add(row) {
      const from: AnyRow = row
      // Stored text never holds U+0000, so it parts the columns without ambiguity.
      const key = keys.map(name => from[name]).join('\0')
      const into = byKey.get(key)
      if (!into) {
        byKey.set(key, { ...from })
        return
      }
      for (const name of sums) into[name] = Number(into[name]) + Number(from[name])
      for (const name of sets) into[name] = unite(into[name], from[name])
    },
    sorted: () => [...byKey.values()].sort((a, b) => compareBy(keys, a, b)) as Row<T>[],
  }
}

function unite(a: unknown, b: unknown): bigint[] {
  return [...new Set([...(a as bigint[]), ...(b as bigint[])])].sort((x, y) => (x < y ? -1 : x > y ? 1 : 0))
}

/** Text is compared by its UTF-16 units: which order it is matters less than that all writers share it. */
function compareBy(keys: readonly string[], a: AnyRow, b: AnyRow): number {
  for (const name of keys) {
    const x = a[name] as string | number | bigint
    const y = b[name] as string | number | bigint
    if (x < y) return -1
    if (x > y) return 1
  }
  return 0
}
