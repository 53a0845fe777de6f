import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Pool } from 'pg'
import { pino } from 'pino'
import { expect, vi } from 'vitest'
import { type Broker, startBroker } from '../../../ops/lib/local/broker/broker.ts'
import { startTestPostgres } from '../../../test/engines/postgres.ts'
import { headers, topic } from '../contract.ts'
import { ensureTopic } from '../init/topic.ts'
import { type Readiness } from '../platform/health.ts'
import { createKafka, readLogEnds } from '../platform/kafka.ts'
import { openObjectStore } from '../platform/object-store.ts'
import { connectionOptions } from '../platform/postgres.ts'
import { readFooter, readRows } from './reader.ts'

const script = fileURLToPath(new URL('./main.ts', import.meta.url))

/** Polls until it is so; the machine may be busy with other suites. */
export const until = (check: () => unknown, timeout = 60_000) =>
  vi.waitUntil(check, { timeout, interval: 100 })

/** A lake as a process of its own. */
export type LakeProcess = {
  child: ChildProcess
  output(): string
  readiness(): Promise<Readiness | undefined>
  metrics(): Promise<string>
  /** Sends the signal, waits for the end, and gives the exit code. */
  end(signal: NodeJS.Signals): Promise<number | null>
}

/** A broker and a database, and lakes over them. */
export type LakeBench = Awaited<ReturnType<typeof startLakeBench>>

/** `lakeUrl` unless given is a folder of the bench. */
export async function startLakeBench(lakeUrl?: string) {
  const folder = mkdtempSync(join(tmpdir(), 'wikiflow-lake-'))
  const url = lakeUrl ?? pathToFileURL(join(folder, 'lake')).href
  const dataDir = join(folder, 'broker')
  let broker: Broker = await startBroker({ dataDir, port: 0 })
  const postgres = await startTestPostgres()
  const database = await postgres.database()
  const pool = new Pool({ ...connectionOptions(database.writer), max: 2 })
  // A connection that the server ends before it has heard our goodbye is no failure of a test.
  pool.on('error', () => {})
  const kafka = createKafka(
    { KAFKA_BROKERS: [broker.address] },
    { clientId: 'test', log: pino({ level: 'silent' }) },
  )
  await ensureTopic(kafka, { TOPIC_RETENTION_MS: -1, TOPIC_RETENTION_BYTES: -1 })
  const producer = kafka.producer()
  await producer.connect()
  const children: ChildProcess[] = []
  let produced = 0

  /** Records that no two are alike, over all partitions. To the lake a dead letter is as good as an event. */
  async function produce(count: number, padding = ''): Promise<void> {
    const messages = Array.from({ length: count }, () => {
      const n = produced++
      return { key: `dewiki|${n}`, value: `{"n":${n}}${padding}`, headers: { [headers.sseId]: `[${n}]` } }
    })
    await producer.send({ topic: topic.name, messages })
  }

  async function offsetsInLog(): Promise<Map<number, number>> {
    const admin = kafka.admin()
    await admin.connect()
    const ends = await readLogEnds(admin)
    await admin.disconnect()
    return new Map([...ends].map(([partition, { end }]) => [partition, Number(end)]))
  }

  async function offsetsInLake(): Promise<Map<number, number[]>> {
    const found = new Map<number, number[]>()
    const store = await openObjectStore(url)
    for await (const { key } of store.list('raw/')) {
      const object = await store.read(key)
      const { partition } = await readFooter(object)
      const rows = await readRows(object, ['kafka_offset'])
      found.set(partition, [...(found.get(partition) ?? []), ...rows.map(row => Number(row.kafka_offset))])
    }
    store.close()
    return found
  }

  return {
    folder,
    pool,
    produce,
    produced: () => produced,
    broker: () => broker,
    /** As when the host goes: the broker forgets its groups, and comes back on the same log and port. */
    crashBroker: async () => {
      const { port } = broker
      await broker.kill()
      broker = await startBroker({ dataDir, port })
    },
    /** Rows in the objects that are noted as written. */
    rowsWritten: async (): Promise<number> => {
      const { rows } = await pool.query(
        'SELECT coalesce(sum(rows), 0)::int AS n FROM lake_range WHERE written_at IS NOT NULL',
      )
      return rows[0].n
    },
    /** Every record of the log stands in the files, once, and the database knows each range. */
    expectWhole: async () => {
      const inLake = await offsetsInLake()
      for (const [partition, count] of await offsetsInLog()) {
        const offsets = (inLake.get(partition) ?? []).sort((a, b) => a - b)
        expect(offsets, `partition ${partition}`).toEqual(Array.from({ length: count }, (_, n) => n))
      }
      const { rows } = await pool.query(
        'SELECT sum(rows)::int AS n, count(*) FILTER (WHERE written_at IS NULL)::int AS open FROM lake_range',
      )
      expect(rows[0]).toEqual({ n: produced, open: 0 })
    },
    /** Takes everything out of a partition of the log, as its retention would. */
    deleteRecords: async (partition: number) => {
      const admin = kafka.admin()
      await admin.connect()
      // kafkajs deletes only from topics whose metadata it has seen.
      await admin.fetchTopicOffsets(topic.name)
      await admin.deleteTopicRecords({ topic: topic.name, partitions: [{ partition, offset: '-1' }] })
      await admin.disconnect()
    },
    startLake: (env: Record<string, string> = {}): LakeProcess => {
      const { writer } = database
      const child = spawn(process.execPath, [script], {
        env: {
          PATH: process.env.PATH,
          LOG_FORMAT: 'json',
          KAFKA_BROKERS: broker.address,
          PGHOST: writer.PGHOST,
          PGPORT: String(writer.PGPORT),
          PGDATABASE: writer.PGDATABASE,
          PGUSER: writer.PGUSER,
          PGPASSWORD_FILE: writer.PGPASSWORD_FILE,
          LAKE_URL: url,
          LAKE_ROTATE_S: '1',
          LAKE_MAX_ROWS: '40',
          ...env,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      children.push(child)
      return lakeProcess(child)
    },
    killLakes: async () => {
      for (const child of children.splice(0)) {
        if (child.exitCode === null && child.signalCode === null) await lakeProcess(child).end('SIGKILL')
      }
    },
    stop: async () => {
      await producer.disconnect()
      await pool.end()
      await postgres.stop()
      await broker.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function lakeProcess(child: ChildProcess): LakeProcess {
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', chunk => {
      output += chunk
    })
  }
  const get = async (path: string) => {
    const health = /"health":"([^"]+)"/.exec(output)?.[1]
    return health === undefined ? undefined : fetch(`${health}${path}`).catch(() => undefined)
  }
  return {
    child,
    output: () => output,
    readiness: async () => (await (await get('/readyz'))?.json()) as Readiness | undefined,
    metrics: async () => (await (await get('/metrics'))?.text()) ?? '',
    end: async signal => {
      const ended = once(child, 'exit')
      child.kill(signal)
      await ended
      return child.exitCode
    },
  }
}
