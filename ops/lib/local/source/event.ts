import { pickCategoryComment, pickComment } from './comments.ts'
import { pickEditor } from './editors.ts'
import { drawnId, eventId } from './identity.ts'
import { type LogEntry, pickLogEntry } from './log-entries.ts'
import { botShare, type EventType, patrols, pickType, pickWiki } from './mix.ts'
import { pickCategory, pickPage } from './pages.ts'
import { between, chance, normal, type Random, randomOf, uses } from './random.ts'
import { commons, type Wiki } from './wikis.ts'
import { pageUrl, parseComment } from './wikitext.ts'

/** An event of mediawiki/recentchange 1.0.x, its fields in the order in which the live stream has them. */
export type SimulatedEvent = {
  $schema: string
  meta: {
    uri: string
    request_id: string
    id: string
    domain: string
    stream: string
    dt: string
    topic: string
    partition: number
    offset: number
  }
  id?: number
  type: EventType
  namespace: number
  title: string
  title_url: string
  comment: string
  timestamp: number
  user?: string
  bot: boolean
  notify_url?: string
  server_url: string
  server_name: string
  server_script_path: string
  wiki: string
  parsedcomment: string
} & Partial<ChangeFields> &
  Partial<LogEntry>

/** What only `edit` and `new` events have: `new` has no old length and no old revision. */
type ChangeFields = {
  minor: boolean
  patrolled?: boolean
  length: { old?: number; new: number }
  revision: { old?: number; new: number }
}

/** The active data centre's topic. */
export const activeTopic = 'eqiad.mediawiki.recentchange'

/** The idle data centre's topic: named in every cursor, without events of its own. */
export const idleTopic = 'codfw.mediawiki.recentchange'

/** Offset of event n in its topic. Only every other offset is an event's: a canary can stand behind each. */
export function offsetOf(n: number): number {
  return firstOffset + 2 * n
}
export const firstOffset = 6_387_234_000

/** The time of event n, in ms, in a stream that began at 2026-08-04T15:00:00Z and has the live one's mean rate. */
function usualTime(n: number): number {
  return Date.UTC(2026, 7, 4, 15) + Math.floor((n * 1000) / 37.4)
}

/**
 * Event number `n` (0, 1, 2 …) of the stream that `seed` makes, always the same for the same arguments, of the mix
 * that was measured on the live stream. `dtMs` is its event time in ms since 1970. Its names of people are invented.
 */
export function simulatedEvent(seed: number, n: number, dtMs: number = usualTime(n)): SimulatedEvent {
  const random = randomOf(seed, n, uses.event)
  const type = pickType(random)
  const wiki = pickWiki(random, type)
  const editor = pickEditor(random, wiki, botShare(wiki), new Date(dtMs).getUTCFullYear())
  const page = type === 'categorize' ? pickCategory(random, wiki) : pickPage(random, wiki)
  const revision = between(random, 1_000_000, 1_300_000_000)
  const comment =
    type === 'categorize'
      ? pickCategoryComment(random, wiki)
      : pickComment(random, wiki, page, editor, revision)
  const log = type === 'log' ? pickLogEntry({ random, page, user: editor.name ?? '', comment, n }) : undefined
  const uri = pageUrl(wiki, page.title)
  return {
    $schema: '/mediawiki/recentchange/1.0.0',
    meta: {
      uri,
      request_id: drawnId(random),
      id: eventId(seed, n),
      domain: wiki.server,
      stream: 'mediawiki.recentchange',
      dt: new Date(dtMs).toISOString(),
      topic: activeTopic,
      partition: 0,
      offset: offsetOf(n),
    },
    ...(log?.log_id === 0 ? {} : { id: firstId + n }),
    type,
    namespace: page.namespace,
    title: page.title,
    title_url: uri,
    comment,
    timestamp: savedAt(random, type, wiki, dtMs),
    ...(editor.name === undefined ? {} : { user: editor.name }),
    bot: editor.bot,
    ...(type === 'log' ? {} : { notify_url: notifyUrl(wiki, type, revision, firstId + n) }),
    ...(type === 'edit' || type === 'new' ? changeFields(random, wiki, type, revision) : {}),
    ...log,
    server_url: `https://${wiki.server}`,
    server_name: wiki.server,
    server_script_path: '/w',
    wiki: wiki.name,
    parsedcomment: parseComment(comment),
  }
}

const firstId = 3_415_000_000

function notifyUrl(wiki: Wiki, type: EventType, revision: number, id: number): string {
  const query = type === 'new' ? `oldid=${revision}` : `diff=${revision}&oldid=${revision - 7}`
  return `https://${wiki.server}/w/index.php?${query}&rcid=${id}`
}

function changeFields(random: Random, wiki: Wiki, type: EventType, revision: number): ChangeFields {
  // Most changes are of tens of bytes, some of tens of thousands, about one in four takes away.
  const size = Math.floor(Math.exp(normal(random, 4, 1.8)))
  const change = chance(random, 0.08) ? 0 : chance(random, 0.25) ? -size : size
  const before = Math.max(-change, Math.floor(Math.exp(normal(random, 8.5, 1.4))))
  return {
    minor: chance(random, 0.3),
    ...(patrols(wiki) ? { patrolled: chance(random, 0.7) } : {}),
    length: type === 'new' ? { new: 1 + size } : { old: before, new: before + change },
    revision: type === 'new' ? { new: revision } : { old: revision - 7, new: revision },
  }
}

/**
 * The `timestamp` field, epoch seconds: when the change was saved. It is seconds before the event, by a lag that puts
 * 62 % of the events behind a later one, and up to 19 years before it on some log events of Commons.
 */
function savedAt(random: Random, type: EventType, wiki: Wiki, dtMs: number): number {
  const second = Math.floor(dtMs / 1000)
  if (type === 'log' && wiki === commons && chance(random, 0.03)) {
    return second - between(random, 30 * 86_400, 19 * 365 * 86_400)
  }
  const lag = random()
  if (lag < 0.39) return second
  if (lag < 0.75) return second - 1
  return second - between(random, 2, lag < 0.97 ? 4 : 60)
}
