import { type SimulatedEvent } from './event.ts'

/** What can be wrong with an event, and whether the pipeline must make a dead letter of it or count it. */
export const poisonKinds = {
  broken_json: { ends: 'dead' },
  not_an_object: { ends: 'dead' },
  empty_data: { ends: 'dead' },
  invalid_utf8: { ends: 'dead' },
  wrong_types: { ends: 'dead' },
  missing_meta_dt: { ends: 'dead' },
  missing_wiki: { ends: 'dead' },
  missing_title: { ends: 'dead' },
  comment_10mb: { ends: 'dead' },
  event_2mb: { ends: 'dead' },
  /** Nothing that is counted needs `meta.id`; what can't be deduplicated by it must be by its bytes. */
  missing_meta_id: { ends: 'counted' },
  /** U+0000, which PostgreSQL's text can't hold. */
  nul_text: { ends: 'counted' },
  lone_surrogate: { ends: 'counted' },
  /** A field that is unknown, and nested so deep that a recursive reader overflows its stack. */
  deep_nesting: { ends: 'counted' },
} as const satisfies Record<string, { ends: 'dead' | 'counted' }>

export type PoisonKind = keyof typeof poisonKinds

/** The names of all kinds of poison. */
export const poisonNames = Object.keys(poisonKinds) as [PoisonKind, ...PoisonKind[]]

const mebibyte = 1024 * 1024
const nestingDepth = 20_000

/**
 * The event's bytes, spoilt in that way. Apart from `empty_data`, which has none, no two events give the same bytes,
 * and the first 64 KiB differ as well.
 */
export function poison(event: SimulatedEvent, kind: PoisonKind): Buffer {
  const { meta, wiki, title, ...rest } = event
  switch (kind) {
    case 'broken_json':
      return Buffer.from(JSON.stringify(event).slice(0, -40).toWellFormed())
    case 'not_an_object':
      return json([meta.id, 'an array where an object belongs'])
    case 'empty_data':
      return Buffer.alloc(0)
    case 'invalid_utf8':
      return withInvalidUtf8(event)
    case 'wrong_types':
      return json({ ...event, ...wrongTypes(event) })
    case 'missing_meta_dt':
      return json({ ...event, meta: { ...meta, dt: undefined } })
    case 'missing_wiki':
      return json({ ...rest, meta, title })
    case 'missing_title':
      return json({ ...rest, meta, wiki })
    case 'comment_10mb':
      return json({ ...event, comment: '10 MB of talk. '.repeat((10 * mebibyte) / 15) })
    case 'event_2mb':
      return json({ ...event, log_params: { revisions: Array.from({ length: 200_000 }, (_, i) => 1e9 + i) } })
    case 'missing_meta_id':
      return json({ ...event, meta: { ...meta, id: undefined } })
    case 'nul_text':
      return json({ ...event, comment: `nul \0 in a comment`, title: `${title}\0` })
    case 'lone_surrogate':
      return json({ ...event, comment: 'half a fox: \ud83e', title: `${title} \udd8a` })
    case 'deep_nesting':
      return Buffer.from(
        `${JSON.stringify(event).slice(0, -1)},"nested":${'['.repeat(nestingDepth)}${']'.repeat(nestingDepth)}}`,
      )
  }
}

/** One field of a wrong type, another one from event to event: each of them is needed by what is counted. */
function wrongTypes(event: SimulatedEvent): Record<string, unknown> {
  const { meta } = event
  const wrong: Record<string, unknown>[] = [
    { type: ['edit'] },
    { wiki: 42 },
    { title: { en: event.title } },
    { namespace: 'six' },
    { user: 7 },
    { meta: { ...meta, dt: 1_785_855_600 } },
    { meta: meta.id },
  ]
  return wrong[(meta.offset / 2) % wrong.length] ?? {}
}

/** A stray continuation byte, an overlong slash and half a character inside the comment. */
function withInvalidUtf8(event: SimulatedEvent): Buffer {
  const marker = 'HERE'
  const bytes = json({ ...event, comment: `invalid ${marker} bytes` })
  const at = bytes.indexOf(`invalid ${marker}`) + 'invalid '.length
  Buffer.from([0x80, 0xc0, 0xaf, 0xc3]).copy(bytes, at)
  return bytes
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value))
}
