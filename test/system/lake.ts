import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DuckDBInstance } from '@duckdb/node-api'

/** Asks the lake's files with DuckDB, a reader that shares no code with the writer; `lake` names them all. */
export async function askLake(lakeUrl: string, sql: string): Promise<Record<string, unknown>[]> {
  const files = join(fileURLToPath(lakeUrl), 'raw', '**', '*.parquet')
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    await connection.run(
      `CREATE VIEW lake AS SELECT * FROM read_parquet('${files}', hive_partitioning = true)`,
    )
    return (await connection.runAndReadAll(sql)).getRowObjectsJson()
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

/** Partitions whose offsets in the lake have a gap or stand twice: none, when the ranges tile. */
export const untiledPartitions = `
  SELECT kafka_partition, count(*) AS rows, count(DISTINCT kafka_offset) AS offsets,
    min(kafka_offset) AS first, max(kafka_offset) AS last
  FROM lake GROUP BY 1
  HAVING count(*) <> count(DISTINCT kafka_offset) OR min(kafka_offset) <> 0 OR max(kafka_offset) <> count(*) - 1`
