import { type Pool } from 'pg'
import { type Poll } from './poll.ts'
import { type ChangeFilter, changes } from './queries/changes.ts'
import { rowsOf } from './queries/query.ts'
import { inReadOnly } from './read-only.ts'
import { listed } from './reading.ts'
import { type Change, type Snapshot } from './schema.ts'
import { toChange } from './snapshot.ts'

/** Different filters that are searched for between two snapshots; each may cost the database 0.1 s. */
const filtersPerSnapshot = 8

/** More different filters are asked for than the database should be bothered with. */
export class BusyError extends Error {
  override name = 'BusyError'
}

/** The newest changes that a filter lets through, in the window of the newest snapshot. */
export type ChangeFeed = (filter: ChangeFilter) => Promise<Change[]>

/**
 * Answers for filters. Viewers with the same filter share one search a snapshot.
 * @throws BusyError past the bound of filters, and the database's error.
 */
export function createChangeFeed(pool: Pool, poll: Poll<Snapshot>): ChangeFeed {
  let at: string | undefined
  let found = new Map<string, Promise<Change[]>>()
  return async filter => {
    const snapshot = await poll.current()
    if (snapshot.at !== at) {
      at = snapshot.at
      found = new Map()
    }
    const key = JSON.stringify([filter.wiki, filter.hideBots])
    const known = found.get(key)
    if (known) return known
    if (found.size >= filtersPerSnapshot) {
      throw new BusyError(
        `${filtersPerSnapshot} filters are being searched for already: try again in a moment`,
      )
    }
    const { from, to, basis } = snapshot.window
    const window = { from: new Date(from), to: new Date(to), basis }
    const search = inReadOnly(pool, async client => {
      const rows = await rowsOf(client, changes(window, filter, listed.changes))
      return rows.map(toChange)
    })
    found.set(key, search)
    return search
  }
}
