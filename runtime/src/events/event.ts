/** The types of a recentchange event; an event of another type is a dead letter. */
export const eventTypes = ['edit', 'new', 'log', 'categorize', 'external'] as const

/**
 * A decoded event: the fields that a metric needs, validated, with text that PostgreSQL can store.
 * What the source may leave out is undefined here.
 */
export type RecentChange = {
  type: (typeof eventTypes)[number]
  /** Database name of the wiki, such as `enwiki`. */
  wiki: string
  serverName: string | undefined
  title: string
  namespace: number
  /** The event time, `meta.dt`, in ms since 1970. */
  dtMs: number
  /** Undefined when the source hides the name. */
  user: string | undefined
  bot: boolean
  minor: boolean
  /** Sizes of the page in bytes before and after. */
  lengthOld: number | undefined
  lengthNew: number | undefined
  comment: string
  /** Empty for what isn't a log event, and where the source leaves it out. */
  logType: string
  logAction: string
  /** Change tags; the stream doesn't carry them today. */
  tags: readonly string[]
  /** Did any stored text hold U+0000 or a lone surrogate? */
  repaired: boolean
}

/** Edits and new pages change a page's content; the other types only speak of it. */
export function changesContent(event: Pick<RecentChange, 'type'>): boolean {
  return event.type === 'edit' || event.type === 'new'
}
