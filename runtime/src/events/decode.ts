import { z } from 'zod'
import { eventTypes, type RecentChange } from './event.ts'
import { type DeadLetter, type DeadLetterReason } from './reasons.ts'
import { type LogRecord } from './record.ts'
import { repair, truncate, utf8Bytes } from './text.ts'

/** An event, or why there is none. */
export type Decoded = { ok: true; event: RecentChange } | { ok: false; dead: DeadLetter }

/** An event from later than this after its own append time, in ms, has a clock that can't be believed. */
const futureMs = 24 * 3_600_000

/** PostgreSQL's B-tree takes keys of about 2,700 bytes; MediaWiki's own limits are 255 bytes for title and name. */
const titleBytes = 1024
const nameBytes = 255
/** MediaWiki keeps page sizes in an unsigned 32-bit column; its largest page is far below. */
const lengthLimit = 2 ** 31

const boundedText = (bytes: number) =>
  z
    .string()
    .transform(repair)
    .refine(text => utf8Bytes(text) <= bytes)
const flag = z.boolean().catch(false)
const pageSize = z.int().min(0).max(lengthLimit).nullish()

/** Fields in the order in which they are blamed. What no metric needs is read leniently: a wrong type counts as absent. */
const fields = {
  type: z.enum(eventTypes),
  wiki: z
    .string()
    .transform(repair)
    .refine(text => text.length > 0 && text.length <= 64),
  server_name: boundedText(nameBytes).nullish(),
  title: boundedText(titleBytes),
  namespace: z.int32(),
  user: boundedText(nameBytes).nullish(),
  bot: flag,
  minor: flag,
  comment: z.string().catch(''),
  tags: z.array(z.string()).catch([]),
}
const change = z.object({ old: pageSize, new: pageSize })
const logName = boundedText(nameBytes).nullish()
const schema = z.object({
  ...fields,
  meta: z.object({
    dt: z.iso
      .datetime({ offset: true })
      .transform(dt => Date.parse(dt))
      .refine(ms => ms >= 0),
  }),
})

const reasons: Record<string, DeadLetterReason> = {
  type: 'unknown_type',
  wiki: 'bad_wiki',
  server_name: 'bad_server_name',
  title: 'bad_title',
  namespace: 'bad_namespace',
  meta: 'bad_dt',
  user: 'bad_user',
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Decodes a record of the log. Never throws, and gives the same answer whenever it is asked: no clock, no state.
 * Unknown fields and fields that no metric needs may have any shape.
 */
export function decode(record: LogRecord): Decoded {
  if (record.oversizedBytes !== undefined) {
    return dead('oversized', `the event had ${record.oversizedBytes} bytes`)
  }
  if (!record.value || record.value.length === 0) return dead('empty', 'the record has no value')
  const parsed = parse(record.value)
  if (!parsed.ok) return parsed
  const json = parsed.json
  if (isObject(json.meta) && json.meta.domain === 'canary') return dead('canary', 'meta.domain is "canary"')
  const result = schema.safeParse(json)
  if (!result.success) {
    const blamed = String(result.error.issues[0]?.path[0])
    const field = blamed === 'meta' ? 'meta.dt' : blamed
    const value = blamed !== 'meta' ? json[blamed] : isObject(json.meta) ? json.meta.dt : json.meta
    return dead(reasons[blamed] ?? 'not_object', `${field} is ${show(value)}`)
  }
  const { meta, server_name, user, ...event } = result.data
  const aheadMs = meta.dt - record.appendedAtMs
  if (aheadMs > futureMs) {
    return dead('dt_in_future', `meta.dt is ${Math.round(aheadMs / 3_600_000)} hours after the append time`)
  }
  const sizes =
    event.type === 'edit' || event.type === 'new' ? change.safeParse(json.length ?? {}) : undefined
  if (sizes && !sizes.success) return dead('bad_length', `length is ${show(json.length)}`)
  const isLog = event.type === 'log'
  const logType = logName.safeParse(isLog ? json.log_type : null)
  const logAction = logName.safeParse(isLog ? json.log_action : null)
  if (!logType.success) return dead('bad_log', `log_type is ${show(json.log_type)}`)
  if (!logAction.success) return dead('bad_log', `log_action is ${show(json.log_action)}`)
  const comment = repair(event.comment)
  const stored = [json.wiki, json.server_name, json.title, json.user, event.comment]
  if (isLog) stored.push(json.log_type, json.log_action)
  return {
    ok: true,
    event: {
      ...event,
      comment,
      serverName: server_name ?? undefined,
      user: user ?? undefined,
      dtMs: meta.dt,
      lengthOld: sizes?.data.old ?? undefined,
      lengthNew: sizes?.data.new ?? undefined,
      logType: logType.data ?? '',
      logAction: logAction.data ?? '',
      repaired: stored.some(text => typeof text === 'string' && repair(text) !== text),
    },
  }
}

type Json = { ok: true; json: Record<string, unknown> } | { ok: false; dead: DeadLetter }

function parse(value: Uint8Array): Json {
  let text: string
  try {
    text = utf8.decode(value)
  } catch {
    return dead('not_utf8', `${value.length} bytes that are not UTF-8`)
  }
  try {
    const json: unknown = JSON.parse(text)
    return isObject(json) ? { ok: true, json } : dead('not_object', `the JSON is ${show(json)}`)
  } catch (error) {
    return dead('not_json', `${value.length} bytes: ${error instanceof Error ? error.message : error}`)
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The start of a value as JSON, for a person. */
function show(value: unknown): string {
  if (value === undefined) return 'missing'
  if (typeof value === 'string' && value.length > 100) {
    return `${JSON.stringify(truncate(value, 60))}… (${utf8Bytes(value)} bytes)`
  }
  return truncate(JSON.stringify(value), 100)
}

function dead(reason: DeadLetterReason, detail: string): { ok: false; dead: DeadLetter } {
  return { ok: false, dead: { reason, detail: truncate(repair(detail), 500) } }
}
