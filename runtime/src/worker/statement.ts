import { columnsOf, type Rows, type TableName, tableNames } from '../events/tables.ts'

/** One partition's offset in the database: which log, which partition of it. */
export type OffsetKey = { clusterId: string; topic: string; partition: number }

/** Rows to add, and the offsets they stand for: from `first`, which must be the stored one, up to before `next`. */
export type Batch = OffsetKey & { first: bigint; next: bigint; rows: Rows }

/** A query for `pg`, prepared once a connection under its name. */
export type Statement = { name: string; text: string; values: unknown[] }

/**
 * A page with more distinct editors in an hour than this reads as this many or more: without a bound one page
 * could make every statement that touches it rewrite an ever longer row.
 */
const mostEditors = 1_000

/** Tables whose rows may already stand and then stay as they are. */
const keptTables: readonly TableName[] = ['wiki']

const fenceParameters = 5

/**
 * The statement that stores a batch: compares and sets the partition's offset and adds all rows, or, when the
 * stored offset isn't `first`, does nothing at all. Its text is the same for every batch. The answer has one row,
 * `owned`: 1 when it was stored.
 */
export function batchStatement(batch: Batch): Statement {
  const { clusterId, topic, partition, first, next } = batch
  const values: unknown[] = [clusterId, topic, partition, first, next]
  for (const table of tableNames) {
    for (const { name, role } of columnsOf(table)) {
      const column = batch.rows[table].map(row => row[name as keyof typeof row] as unknown)
      values.push(role === 'set' ? column.map(arrayLiteral) : column)
    }
  }
  return { name: 'wikiflow-batch', text: batchText, values }
}

/** `unnest` would flatten an array of arrays, so each goes as text, `{1,2}`, and is cast. */
function arrayLiteral(set: unknown): string {
  return `{${(set as readonly bigint[]).join(',')}}`
}

const batchText = buildText()

function buildText(): string {
  let parameter = fenceParameters
  const inserts = tableNames.map(table => {
    const from = parameter + 1
    parameter += columnsOf(table).length
    return `add_${table} AS (${insert(table, from)})`
  })
  return `WITH fence AS (
UPDATE consumer_offset SET next_offset = $5, updated_at = now()
WHERE cluster_id = $1 AND topic = $2 AND partition = $3 AND next_offset = $4 RETURNING 1),
${inserts.join(',\n')}
SELECT count(*)::integer AS owned FROM fence`
}

function insert(table: TableName, firstParameter: number): string {
  const columns = columnsOf(table)
  const names = columns.map(({ name }) => `"${name}"`)
  const arrays = columns.map(
    ({ sql, role }, i) => `$${firstParameter + i}::${role === 'set' ? 'text' : sql}[]`,
  )
  const selected = columns.map(({ name, role, sql }) => `u."${name}"${role === 'set' ? `::${sql}[]` : ''}`)
  return `INSERT INTO ${table} AS m (${names.join(', ')})
SELECT ${selected.join(', ')} FROM unnest(${arrays.join(', ')}) AS u (${names.join(', ')})
WHERE EXISTS (SELECT 1 FROM fence)${onConflict(table)}`
}

function onConflict(table: TableName): string {
  const columns = columnsOf(table)
  const key = columns.filter(({ role }) => role === 'key').map(({ name }) => `"${name}"`)
  if (keptTables.includes(table)) return `\nON CONFLICT (${key.join(', ')}) DO NOTHING`
  const set = columns.flatMap(({ name, role }) => {
    if (role === 'sum') return [`"${name}" = m."${name}" + excluded."${name}"`]
    if (role === 'set') return [`"${name}" = ${union(name)}`]
    return []
  })
  return set.length > 0 ? `\nON CONFLICT (${key.join(', ')}) DO UPDATE SET ${set.join(', ')}` : ''
}

function union(name: string): string {
  return `CASE WHEN cardinality(m."${name}") >= ${mostEditors} OR m."${name}" @> excluded."${name}" THEN m."${name}"
ELSE ARRAY(SELECT DISTINCT e FROM unnest(m."${name}" || excluded."${name}") AS e ORDER BY e) END`
}
