import { hash } from 'node:crypto'
import { deadLetterHeadBytes, ledgerBlock } from '../contract.ts'
import { type Decoded } from './decode.ts'
import { type EditorKind, editorKind } from './editor.ts'
import { changesContent, type RecentChange } from './event.ts'
import { deadLetterFlow, eventFlow } from './flow.ts'
import { type Fold, foldInto } from './fold.ts'
import { hourMs, instant, minuteMs } from './instant.ts'
import { type DeadLetter } from './reasons.ts'
import { type LogRecord } from './record.ts'
import { isRevert } from './revert.ts'
import { bytesChanged, type SizeClass, sizeClass } from './size.ts'
import { type Row, type Rows, type TableName, tableNames } from './tables.ts'
import { truncate } from './text.ts'
import { wikiIdentity } from './wiki.ts'

/** A record of the log and what was decoded from it. */
export type Counted = { record: LogRecord; decoded: Decoded }

/** MediaWiki's own limit of a comment is 500 code points. */
const commentCodePoints = 500

/**
 * Folds records of one partition into the rows that they add to each table. Pure: the same records and clock give
 * the same rows, and the rows of a whole are the sums of the rows of its parts.
 * @param countedAtMs when the rows are being stored, ms since 1970: the end of each event's delay.
 */
export function aggregate(partition: number, items: readonly Counted[], countedAtMs: number): Rows {
  const folds = Object.fromEntries(tableNames.map(name => [name, foldInto(name)])) as {
    [T in TableName]: Fold<T>
  }
  for (const { record, decoded } of items) {
    folds.count_ledger.add({
      partition,
      block: record.offset / BigInt(ledgerBlock),
      events: decoded.ok ? 1 : 0,
      dead: decoded.ok ? 0 : 1,
    })
    if (decoded.ok) addEvent(folds, partition, record, decoded.event, countedAtMs)
    else addDeadLetter(folds, partition, record, decoded.dead)
  }
  return Object.fromEntries(tableNames.map(name => [name, folds[name].sorted()])) as Rows
}

type Folds = { [T in TableName]: Fold<T> }

function addEvent(
  folds: Folds,
  partition: number,
  record: LogRecord,
  event: RecentChange,
  countedAtMs: number,
): void {
  const { wiki, type, title, namespace } = event
  const minute = instant(event.dtMs, minuteMs)
  const hour = instant(event.dtMs, hourMs)
  const editor = editorKind(event.user, event.bot)
  const bytes = bytesChanged(event)
  const revert = isRevert(event)
  const content = changesContent(event)
  const counts = {
    bytes_added: Math.max(bytes ?? 0, 0),
    bytes_removed: Math.min(bytes ?? 0, 0),
    reverts: revert ? 1 : 0,
  }
  folds.activity_minute.add({
    minute,
    wiki,
    type,
    editor,
    events: 1,
    ...counts,
    minor: content && event.minor ? 1 : 0,
    major: content && !event.minor ? 1 : 0,
    ...sizeCounts(bytes === undefined ? undefined : sizeClass(bytes)),
  })
  folds.namespace_minute.add({ minute, wiki, namespace, events: 1 })
  if (type === 'log') {
    folds.log_minute.add({ minute, wiki, log_type: event.logType, log_action: event.logAction, events: 1 })
  }
  if (content) {
    const editors = event.user === undefined ? [] : [nameHash(event.user)]
    folds.page_hour.add({ hour, wiki, title, edits: 1, ...counts, editors })
    if (event.user !== undefined) {
      folds.user_hour.add({ hour, user_name: event.user, editor, edits: 1, ...counts })
    }
  }
  folds.recent_change.add(feedRow(partition, record, event, { editor, revert, bytes }))
  if (event.serverName)
    folds.wiki.add({ wiki, server_name: event.serverName, ...wikiIdentity(event.serverName) })
  folds.flow_minute.add(eventFlow(partition, record, event, countedAtMs))
}

function addDeadLetter(folds: Folds, partition: number, record: LogRecord, dead: DeadLetter): void {
  folds.dead_letter.add({
    partition,
    offset: record.offset,
    ...dead,
    appended_at: instant(record.appendedAtMs),
    value_bytes: record.oversizedBytes ?? record.value?.length ?? 0,
    value_head: record.value?.subarray(0, deadLetterHeadBytes) ?? null,
  })
  folds.flow_minute.add(deadLetterFlow(partition, record))
}

function sizeCounts(size: SizeClass | undefined): Record<SizeClass, number> {
  const counts = { size_0: 0, size_10: 0, size_100: 0, size_1000: 0, size_10000: 0, size_over: 0 }
  if (size) counts[size] = 1
  return counts
}

function feedRow(
  partition: number,
  record: LogRecord,
  event: RecentChange,
  of: { editor: EditorKind; revert: boolean; bytes: number | undefined },
): Row<'recent_change'> {
  return {
    partition,
    offset: record.offset,
    dt: instant(event.dtMs),
    wiki: event.wiki,
    type: event.type,
    namespace: event.namespace,
    title: event.title,
    user_name: event.user ?? null,
    editor: of.editor,
    minor: event.minor,
    revert: of.revert,
    bytes: of.bytes ?? null,
    comment: truncate(event.comment, commentCodePoints),
  }
}

/** 64 bits of a name's SHA-1, as PostgreSQL's signed bigint: to count distinct editors, not to hide them. */
function nameHash(name: string): bigint {
  return hash('sha1', name, 'buffer').readBigInt64BE(0)
}
