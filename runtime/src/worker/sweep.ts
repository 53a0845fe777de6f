import { setTimeout as sleep } from 'node:timers/promises'
import { type Pool, type PoolClient } from 'pg'
import { type Logger } from '../platform/log.ts'
import { type Rule, sweepStatement } from './retention.ts'

/** The advisory lock of the one process that sweeps; an arbitrary number that nothing else of ours uses. */
const sweeperLock = 7_294_115_203

/** Between sweeps, and between portions of one, in ms. */
const sweepEveryMs = 60_000
const pauseMs = 50

/** Rows taken, by table. */
export type Swept = Record<string, number>

/**
 * Takes what is past its time from every table, in small statements. The horizon of a table is written down before
 * anything of it goes, and never moves back.
 * @throws pg's error; what was done by then stays done, and the next sweep goes on.
 */
export async function sweepOnce(
  client: Pick<PoolClient, 'query'>,
  rules: readonly Rule[],
  nowMs: number,
  signal: AbortSignal,
): Promise<Swept> {
  const swept: Swept = {}
  for (const rule of rules) {
    const { rows } = await client.query<{ horizon: Date }>(
      `INSERT INTO retention_horizon AS h (table_name, horizon) VALUES ($1, $2)
       ON CONFLICT (table_name) DO UPDATE SET horizon = greatest(h.horizon, excluded.horizon) RETURNING horizon`,
      [rule.table, new Date(nowMs - rule.keepMs)],
    )
    const statement = sweepStatement(rule)
    let taken = 1
    while (taken > 0 && !signal.aborted) {
      taken = (await client.query(statement, [rows[0]?.horizon])).rowCount ?? 0
      if (taken === 0) break
      swept[rule.table] = (swept[rule.table] ?? 0) + taken
      await sleep(pauseMs)
    }
  }
  return swept
}

/**
 * Sweeps again and again until the signal, while no other process does: the sweeper holds a lock that PostgreSQL
 * gives to another when this session ends, however it ends.
 */
export async function keepSwept(options: {
  pool: Pool
  rules: readonly Rule[]
  log: Logger
  signal: AbortSignal
  everyMs?: number
}): Promise<void> {
  const { pool, rules, log, signal, everyMs = sweepEveryMs } = options
  let holder: PoolClient | undefined
  while (!signal.aborted) {
    try {
      holder ??= await lockedClient(pool)
      if (holder) {
        const swept = await sweepOnce(holder, rules, Date.now(), signal)
        if (Object.keys(swept).length > 0) log.info({ swept }, 'retention took rows')
      }
    } catch (error) {
      log.warn({ err: error }, 'the sweep failed and will be tried again')
      holder?.release(true)
      holder = undefined
    }
    await sleep(everyMs, undefined, { signal }).catch(() => {})
  }
  // The lock ends with the session.
  holder?.release(true)
}

/** A session that holds the sweeper's lock; undefined while another has it. */
async function lockedClient(pool: Pool): Promise<PoolClient | undefined> {
  const client = await pool.connect()
  // Without a listener a session that breaks while it waits between sweeps would end the process.
  client.on('error', ignored)
  let locked = false
  try {
    const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [
      sweeperLock,
    ])
    locked = rows[0]?.locked === true
    return locked ? client : undefined
  } finally {
    if (!locked) {
      client.off('error', ignored)
      client.release()
    }
  }
}

/** The next query of the session fails as well, and says so. */
function ignored(): void {}
