import { type Window } from '../window.ts'
import { type Query } from './query.ts'

/** A sum by minute and editor, by type, or by wiki: the columns that it isn't by are null. */
export type ActivityRow = {
  minute: Date | null
  editor: string | null
  type: string | null
  wiki: string | null
  serverName: string | null
  project: string | null
  language: string | null
  events: number
  bytesAdded: number
  bytesRemoved: number
  reverts: number
}

/** The window's activity in one pass over its rows (about 9,000 for 30 minutes of the whole stream). */
export function activity(window: Window): Query<ActivityRow> {
  return {
    text: `
      SELECT a.*, w.server_name AS "serverName", w.project, w.language
        FROM (SELECT minute, editor, type, wiki, sum(events)::float8 AS events,
                     sum(bytes_added)::float8 AS "bytesAdded", sum(bytes_removed)::float8 AS "bytesRemoved",
                     sum(reverts)::float8 AS reverts
                FROM activity_minute
               WHERE minute >= $1 AND minute < $2
               GROUP BY GROUPING SETS ((minute, editor), (type), (wiki))) a
        LEFT JOIN wiki w ON w.wiki = a.wiki
       ORDER BY a.events DESC, a.wiki, a.type, a.minute, a.editor`,
    values: [window.from, window.to],
  }
}

export type PageRow = {
  wiki: string
  serverName: string | null
  title: string
  edits: number
  editors: number
  bytesAdded: number
  bytesRemoved: number
  reverts: number
}

/**
 * The pages with the most edits in an hour. Editors are counted after the best are chosen, so that the arrays of
 * the hour's other 60,000 pages are not read.
 */
export function topPages(hour: Date, limit: number): Query<PageRow> {
  return {
    text: `
      WITH top AS MATERIALIZED (
        SELECT wiki, title FROM page_hour WHERE hour = $1 ORDER BY edits DESC, wiki, title LIMIT $2)
      SELECT p.wiki, w.server_name AS "serverName", p.title, p.edits::float8,
             cardinality(p.editors)::float8 AS editors, p.bytes_added::float8 AS "bytesAdded",
             p.bytes_removed::float8 AS "bytesRemoved", p.reverts::float8
        FROM top JOIN page_hour p ON p.hour = $1 AND p.wiki = top.wiki AND p.title = top.title
        LEFT JOIN wiki w ON w.wiki = p.wiki
       ORDER BY p.edits DESC, p.wiki, p.title`,
    values: [hour, limit],
  }
}
