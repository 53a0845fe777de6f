import { type Page } from './pages.ts'
import { between, byWeight, chance, pick, type Random } from './random.ts'

/** What a `log` event says beside what every event says. `log_params` is an object, an empty array, or a string. */
export type LogEntry = {
  log_id: number | null
  log_type: string
  log_action: string
  log_params: Record<string, unknown> | [] | string
  log_action_comment: string
}

const firstLogId = 29_000_000

type Scene = { random: Random; page: Page; user: string; comment: string; n: number }

/**
 * A log entry about that page. The shapes are those of live events, how often each comes is chosen. An abuse filter's
 * hit has `log_id` 0, and its event has no `id`; a hidden entry has no `log_id`, and says nothing else.
 */
export function pickLogEntry(scene: Scene): LogEntry {
  return pickKind(scene.random)(scene)
}

const pickKind = byWeight<(scene: Scene) => LogEntry>([
  [upload, 26],
  [patrol, 20],
  [create, 14],
  [abuseFilterHit, 12],
  [newUser, 8],
  [remove, 6],
  [move, 5],
  [thank, 4],
  [block, 3],
  [rights, 1],
  [hidden, 1],
])

function upload({ random, page, comment, n }: Scene): LogEntry {
  return {
    log_id: firstLogId + n,
    log_type: 'upload',
    log_action: chance(random, 0.8) ? 'upload' : 'overwrite',
    log_params: { img_sha1: hex(random, 31), img_timestamp: '20260804152429' },
    log_action_comment: `uploaded &quot;[[${page.title}]]&quot;: ${comment}`,
  }
}

function patrol({ random, page, n }: Scene): LogEntry {
  const curid = between(random, 1_000_000, 90_000_000)
  return {
    log_id: firstLogId + n,
    log_type: 'patrol',
    log_action: 'patrol',
    log_params: { curid: String(curid), previd: String(curid - 1), auto: chance(random, 0.5) ? 1 : 0 },
    log_action_comment: `marked revision ${curid} of [[${page.title}]] patrolled`,
  }
}

function create({ random, page, n }: Scene): LogEntry {
  return {
    log_id: firstLogId + n,
    log_type: 'create',
    log_action: 'create',
    log_params: { associated_rev_id: between(random, 1_000_000, 90_000_000) },
    log_action_comment: `created page [[${page.title}]]`,
  }
}

function abuseFilterHit({ random, page, user }: Scene): LogEntry {
  const filter = between(random, 1, 1_300)
  const log = between(random, 1_000_000, 90_000_000)
  return {
    log_id: 0,
    log_type: 'abusefilter',
    log_action: 'hit',
    log_params: { action: 'edit', filter, actions: 'tag', log },
    log_action_comment: `${user} triggered [[Special:AbuseFilter/${filter}|filter ${filter}]], performing the action "edit" on [[${page.title}]]. Actions taken: Tag ([[Special:AbuseLog/${log}|details]])`,
  }
}

function newUser({ random, n }: Scene): LogEntry {
  return {
    log_id: firstLogId + n,
    log_type: 'newusers',
    log_action: chance(random, 0.6) ? 'autocreate' : 'create',
    log_params: { userid: between(random, 1_000_000, 90_000_000) },
    log_action_comment: 'New user account',
  }
}

function remove({ page, comment, n }: Scene): LogEntry {
  return {
    log_id: firstLogId + n,
    log_type: 'delete',
    log_action: 'delete',
    log_params: [],
    log_action_comment: `deleted &quot;[[${page.title}]]&quot;: ${comment}`,
  }
}

function move({ random, page, comment, n }: Scene): LogEntry {
  const target = `${page.title} (${between(random, 1900, 2026)})`
  return {
    log_id: firstLogId + n,
    log_type: 'move',
    log_action: chance(random, 0.8) ? 'move' : 'move_redir',
    log_params: { target, noredir: chance(random, 0.5) ? '1' : '0' },
    log_action_comment: `moved [[${page.title}]] to [[${target}]]: ${comment}`,
  }
}

function thank({ user, n }: Scene): LogEntry {
  return {
    log_id: firstLogId + n,
    log_type: 'thanks',
    log_action: 'thank',
    log_params: [],
    log_action_comment: `${user} thanked`,
  }
}

function block({ random, page, n }: Scene): LogEntry {
  return {
    log_id: firstLogId + n,
    log_type: 'block',
    log_action: chance(random, 0.8) ? 'block' : 'reblock',
    log_params: {
      duration: pick(random, ['31 hours', '1 week', '1 year', 'infinite']),
      flags: 'nocreate,noemail',
      sitewide: true,
      blockId: between(random, 1_000_000, 40_000_000),
    },
    log_action_comment: `blocked [[${page.title}]]`,
  }
}

/** Entries from before 2012 carry their parameters as one string. */
function rights({ page, n }: Scene): LogEntry {
  return {
    log_id: firstLogId + n,
    log_type: 'rights',
    log_action: 'rights',
    log_params: 'autopatrolled\n\nautopatrolled, rollbacker',
    log_action_comment: `changed group membership for [[${page.title}]]`,
  }
}

function hidden(): LogEntry {
  return {
    log_id: null,
    log_type: 'suppress',
    log_action: 'revision',
    log_params: [],
    log_action_comment: '',
  }
}

function hex(random: Random, digits: number): string {
  return Array.from({ length: digits }, () => between(random, 0, 15).toString(16)).join('')
}
