import { type Window } from '../window.ts'
import { type Query } from './query.ts'

/** Which changes to show: one wiki's (database name) or all, bots' among them or not. */
export type ChangeFilter = { wiki: string | null; hideBots: boolean }

export type ChangeRow = {
  partition: number
  offset: number
  at: Date
  wiki: string
  serverName: string | null
  type: string
  title: string
  user: string | null
  editor: string
  minor: boolean
  revert: boolean
  bytes: number | null
  comment: string
}

/**
 * The window's newest changes. The window bounds the search: for a wiki nobody edits, PostgreSQL walks the index of
 * all its changes, 67,000 in 30 minutes of the whole stream.
 */
export function changes(window: Window, filter: ChangeFilter, limit: number): Query<ChangeRow> {
  return {
    text: `
      SELECT c.partition, c."offset"::float8, c.dt AS at, c.wiki, w.server_name AS "serverName", c.type, c.title,
             c.user_name AS user, c.editor, c.minor, c.revert, c.bytes::float8, left(c.comment, 200) AS comment
        FROM (SELECT * FROM recent_change
               WHERE dt >= $1 AND dt < $2
                 AND ($3::text IS NULL OR wiki = $3) AND (NOT $4::boolean OR editor <> 'bot')
               ORDER BY dt DESC LIMIT $5) c
        LEFT JOIN wiki w ON w.wiki = c.wiki
       ORDER BY c.dt DESC, c.partition, c."offset" DESC`,
    values: [window.from, window.to, filter.wiki, filter.hideBots, limit],
  }
}
