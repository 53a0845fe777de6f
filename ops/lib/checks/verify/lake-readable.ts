import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseLakeKey } from '../../../../runtime/src/contract.ts'
import { UserError } from '../../script.ts'
import { type Check, type Outcome } from '../check.ts'
import { type PipelineContext } from './context.ts'

/** What another reader finds in an object. */
export type ObjectRows = { rows: number; offsets: number; first: number; last: number; partitions: string }

/** Whether the lake's newest object is Parquet to others, and holds what its name says. */
export const lakeReadableCheck: Check<Pick<PipelineContext, 'pipeline' | 'view'>> = {
  id: 'lake-readable',
  title: 'lake, read',
  looksAt: 'DuckDB reads the newest object, and finds the rows that its name says',
  needs: ['lake-fresh'],
  run: async ({ pipeline, view }, say) => {
    const { readObject, commands } = await pipeline()
    const { last } = (await view()).lake
    if (!last) return { state: 'warning', found: 'there is no object yet to read' }
    say(`fetching ${basename(last.key)}`)
    const bytes = await readObject(last.key)
    const found = await readRows(bytes)
    if (!found) {
      return {
        state: 'warning',
        found: `${bytes.length.toLocaleString('en')} bytes were fetched; DuckDB, which reads them here, isn't installed`,
        fix: 'npm ci (without --omit=dev)',
      }
    }
    const outcome = judgeObject(last, found)
    return outcome.state === 'ok' ? outcome : { ...outcome, fix: `${commands.audit} says what else is` }
  },
}

/** What is in an object, beside its name and what was noted of it when it was written. */
export function judgeObject(last: { key: string; rows: number }, found: ObjectRows): Outcome {
  const name = basename(last.key)
  const range = parseLakeKey(last.key)
  if (!range)
    return { state: 'failed', found: `${JSON.stringify(last.key)} is no name of the lake's objects` }
  const troubles = [
    ...(found.rows === last.rows ? [] : [`${found.rows} rows, and ${last.rows} were written`]),
    ...(found.offsets === found.rows ? [] : [`${found.rows - found.offsets} rows twice`]),
    ...(found.partitions === String(range.partition)
      ? []
      : [`rows of partition ${found.partitions || 'none'}`]),
    ...(BigInt(found.first) >= range.first && BigInt(found.last) <= range.last
      ? []
      : [`offsets ${found.first} to ${found.last}`]),
  ]
  if (troubles.length > 0) return { state: 'failed', found: `${name}: ${troubles.join(', ')}` }
  const named = Number(range.last - range.first) + 1
  const holes =
    named === found.rows ? ', as many as its name says' : `; the log has ${named - found.rows} holes there`
  return { state: 'ok', found: `DuckDB finds ${found.rows.toLocaleString('en')} rows in ${name}${holes}` }
}

const query = `SELECT count(*)::INT, count(DISTINCT kafka_offset)::INT, min(kafka_offset)::DOUBLE,
  max(kafka_offset)::DOUBLE, coalesce(string_agg(DISTINCT kafka_partition::VARCHAR, ' and '), '') FROM read_parquet($1)`

/** Reads an object with DuckDB; undefined where that isn't installed. @throws UserError for what it can't read. */
async function readRows(bytes: Uint8Array): Promise<ObjectRows | undefined> {
  const duckdb = await import('@duckdb/node-api').catch(() => undefined)
  if (!duckdb) return undefined
  const folder = await mkdtemp(join(tmpdir(), 'wikiflow-lake-'))
  const instance = await duckdb.DuckDBInstance.create(':memory:')
  try {
    const file = join(folder, 'object.parquet')
    await writeFile(file, bytes)
    const connection = await instance.connect()
    const reader = await connection.runAndReadAll(query, [file])
    const [rows, offsets, first, last, partitions] = reader.getRows()[0] ?? []
    connection.closeSync()
    return {
      rows: Number(rows),
      offsets: Number(offsets),
      first: Number(first ?? -1),
      last: Number(last ?? -1),
      partitions: String(partitions),
    }
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error)
    throw new UserError(`DuckDB can't read the newest object: ${why}`)
  } finally {
    instance.closeSync()
    await rm(folder, { recursive: true, force: true })
  }
}
