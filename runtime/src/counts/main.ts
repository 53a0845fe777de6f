/** Prints the counts by minute as lines of JSON, to be held against those of another pipeline. */
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { readConfig } from '../platform/config.ts'
import { createPool, postgresSettings } from '../platform/postgres.ts'
import { chooseWikis, readExtent, readMinutes } from './read-counts.ts'

const help = `node runtime/src/counts/main.ts [options]      the counts by minute, as lines of JSON

The first line is the extent: the first minute that is whole, and the end of the last one that hardly grows any more;
null when there is none. With --from and --to there follow a line for each wiki that is told apart, and one for each
minute: events by wiki, type, and whether a bot made them.

  --from TIME, --to TIME    these minutes, such as 2026-11-20T08:00:00Z; --to is not part of them
  --wiki NAME               tell this wiki apart, by its database name or its server; may be given again
  --busiest N               and the N busiest ones (default 20)

Where it looks: PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD_FILE, PGSSL_CA_FILE. Reads alone.
Exit code: 0 printed · 1 couldn't: the sentence says why`

/** An hour's counts take less than a second; this is for a small database under load, in ms. */
const statementTimeoutMs = 5 * 60_000

try {
  await main()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message || error.name : error}\n`)
  process.exitCode = 1
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      from: { type: 'string' },
      to: { type: 'string' },
      wiki: { type: 'string', multiple: true, default: [] },
      busiest: { type: 'string', default: '20' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(`${help}\n`)
    return
  }
  const log = pino({ level: 'silent' })
  const pool = createPool(readConfig(postgresSettings), { name: 'counts', max: 1, statementTimeoutMs, log })
  try {
    const extent = await readExtent(pool)
    await print({ kind: 'extent', extent: extent ?? null })
    if (values.from === undefined || values.to === undefined) return
    const asked = { fromMs: time('--from', values.from), toMs: time('--to', values.to) }
    const wikis = await chooseWikis(pool, asked, values.wiki, Number(values.busiest))
    for (const wiki of wikis) await print({ kind: 'wiki', ...wiki })
    for await (const minute of readMinutes(
      pool,
      asked,
      wikis.map(({ wiki }) => wiki),
    )) {
      await print({ kind: 'minute', ...minute })
    }
  } finally {
    await pool.end()
  }
}

function time(flag: string, text: string): number {
  const ms = Date.parse(text)
  if (Number.isInteger(ms / 60_000)) return ms
  throw new Error(`${flag} is ${JSON.stringify(text)}: a whole minute such as 2026-11-20T08:00:00Z`)
}

/** Waits for a reader that is slower than the database. */
async function print(line: unknown): Promise<void> {
  if (!process.stdout.write(`${JSON.stringify(line)}\n`)) await once(process.stdout, 'drain')
}
