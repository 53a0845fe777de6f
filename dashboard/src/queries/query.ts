import { type ClientBase, type QueryConfig } from 'pg'

/** A statement and its parameters; `Row` is what each of its rows looks like. Sums and offsets are cast to float8. */
export type Query<Row> = { text: string; values: unknown[]; readonly row?: Row }

/**
 * Longer than the server's own statement_timeout, in ms: it is for a server that is gone without a word, where TCP
 * alone would wait for minutes.
 */
const answerMs = 8_000

/** Runs a statement. @throws the database's error, or `Query read timeout` when no answer comes at all. */
export async function rowsOf<Row>(client: Pick<ClientBase, 'query'>, query: Query<Row>): Promise<Row[]> {
  // pg reads the time-out of a single query, though its types don't know it.
  const config: QueryConfig & { query_timeout: number } = { ...query, query_timeout: answerMs }
  const { rows } = await client.query(config)
  return rows as Row[]
}
