import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Decoded, decode } from './decode.ts'
import { type RecentChange } from './event.ts'
import { anyText, appendedAtMs, editJson, recordOf } from './fixtures.ts'
import { type DeadLetterReason } from './reasons.ts'

const meta = (fields: object) => ({ meta: { domain: 'en.wikipedia.org', ...fields } })
const decodeEdit = (fields: Record<string, unknown>) => decode(recordOf(editJson(fields)))

function eventOf(decoded: Decoded): RecentChange {
  if (!decoded.ok) throw new Error(`dead letter: ${decoded.dead.reason}, ${decoded.dead.detail}`)
  return decoded.event
}

describe('a dead letter says why', () => {
  const huge = 'x'.repeat(1025)
  const cases: [DeadLetterReason, string, Decoded][] = [
    ['empty', 'a record without a value', decode(recordOf('', { value: undefined }))],
    ['empty', 'a value of no bytes', decode(recordOf(''))],
    [
      'oversized',
      'a head with the header that says so',
      decode(recordOf('{"type":', { oversizedBytes: 2e6 })),
    ],
    ['not_utf8', 'a byte that is never UTF-8', decode(recordOf(Uint8Array.of(0x7b, 0xff, 0x7d)))],
    ['not_utf8', 'a character cut in half', decode(recordOf(Buffer.from('{"a":"é"}').subarray(0, 7)))],
    ['not_json', 'an event cut short', decode(recordOf(JSON.stringify(editJson()).slice(0, 200)))],
    ['not_json', 'half a million open brackets', decode(recordOf('['.repeat(500_000)))],
    ['not_object', 'an array', decode(recordOf('[1]'))],
    ['not_object', 'null', decode(recordOf('null'))],
    [
      'canary',
      'the test event of the source',
      decode(recordOf({ $schema: 's', ...meta({ domain: 'canary' }) })),
    ],
    ['unknown_type', 'a new type', decodeEdit({ type: 'flow' })],
    ['unknown_type', 'no type', decodeEdit({ type: undefined })],
    ['bad_wiki', 'an empty wiki', decodeEdit({ wiki: '' })],
    ['bad_wiki', 'a wiki of 65 characters', decodeEdit({ wiki: 'w'.repeat(65) })],
    ['bad_wiki', 'a number for a wiki', decodeEdit({ wiki: 7 })],
    ['bad_server_name', 'a server that is a list', decodeEdit({ server_name: ['en'] })],
    ['bad_title', 'no title', decodeEdit({ title: null })],
    ['bad_title', 'a title of 1,025 bytes', decodeEdit({ title: huge })],
    ['bad_title', 'a title of 1,025 bytes in 513 letters', decodeEdit({ title: `${'é'.repeat(512)}x` })],
    ['bad_namespace', 'a namespace past 32 bits', decodeEdit({ namespace: 2 ** 31 })],
    ['bad_namespace', 'a namespace and a half', decodeEdit({ namespace: 1.5 })],
    ['bad_namespace', 'a namespace as text', decodeEdit({ namespace: '0' })],
    ['bad_dt', 'no meta', decodeEdit({ meta: undefined })],
    ['bad_dt', 'no date', decodeEdit(meta({}))],
    ['bad_dt', 'a date as a number', decodeEdit(meta({ dt: 1785857069 }))],
    ['bad_dt', 'the 30th of February', decodeEdit(meta({ dt: '2026-02-30T00:00:00Z' }))],
    ['bad_dt', 'a date without a zone', decodeEdit(meta({ dt: '2026-08-04T15:24:30' }))],
    ['bad_dt', 'a date before 1970', decodeEdit(meta({ dt: '1969-12-31T23:59:59Z' }))],
    ['dt_in_future', 'a clock a day and a second ahead', decodeEdit(meta({ dt: '2026-08-05T15:24:32Z' }))],
    ['bad_user', 'a name of 256 bytes', decodeEdit({ user: 'u'.repeat(256) })],
    ['bad_user', 'a name that is an object', decodeEdit({ user: { name: 'x' } })],
    ['bad_length', 'a negative length', decodeEdit({ length: { old: -1, new: 5 } })],
    ['bad_length', 'a length past 2^31', decodeEdit({ length: { old: 1, new: 2 ** 31 + 1 } })],
    ['bad_length', 'a length as text', decodeEdit({ length: { old: '1', new: 5 } })],
    ['bad_length', 'a length that is a number', decodeEdit({ length: 5 })],
    ['bad_log', 'a log type that is a list', decodeEdit({ type: 'log', log_type: [] })],
    ['bad_log', 'a log action of 256 bytes', decodeEdit({ type: 'log', log_action: 'a'.repeat(256) })],
  ]
  test.each(cases)('%s: %s', (reason, _, decoded) => {
    expect(decoded).toMatchObject({ ok: false, dead: { reason, detail: expect.stringMatching(/./) } })
  })

  test('in at most 500 characters that PostgreSQL can store', () => {
    const decoded = decodeEdit({ title: `\0\ud800${huge}` })
    if (decoded.ok) expect.fail('this title is too long')
    expect(decoded.dead.detail.length).toBeLessThanOrEqual(500)
    expect(decoded.dead.detail).not.toContain('\0')
    expect(decoded.dead.detail.isWellFormed()).toBe(true)
  })
})

describe('what the source may leave out or change is no reason', () => {
  test.each([
    ['log parameters of any shape', { type: 'log', log_params: [[], 'x', { a: null }] }],
    ['null ids', { id: null, revision: { old: null, new: null } }],
    ['unknown fields', { performer: { is_temp: true }, $new: 1 }],
    ['a comment that is missing', { comment: undefined }],
    ['a comment that is null', { comment: null }],
    ['no bot flag', { bot: undefined }],
    ['no server name', { server_name: null }],
    ['a length of null', { length: null }],
    ['lengths of null', { length: { old: null, new: null } }],
    ['a log event without type and action', { type: 'log', log_type: null, log_action: undefined }],
    ['a nonsensical length where no change is measured', { type: 'categorize', length: 'long' }],
    ['tags of any shape', { tags: { a: 1 } }],
    ['an empty title', { title: '' }],
    ['a date with an offset', meta({ dt: '2026-08-04T17:24:30.141+02:00' })],
    ['a time stamp nineteen years old', { timestamp: 1170000000 }],
    ['a property named __proto__', JSON.parse('{"__proto__":{"type":"log"}}')],
  ])('%s', (_, fields) => {
    expect(eventOf(decodeEdit(fields)).dtMs).toBe(Date.parse('2026-08-04T15:24:30.141Z'))
  })

  test('a name that is hidden', () => {
    expect(eventOf(decodeEdit({ user: undefined })).user).toBeUndefined()
    expect(eventOf(decodeEdit({ user: null })).user).toBeUndefined()
  })

  test('a clock just a day ahead, or years behind', () => {
    expect(decodeEdit(meta({ dt: new Date(appendedAtMs + 24 * 3_600_000).toISOString() })).ok).toBe(true)
    expect(decodeEdit(meta({ dt: '2020-02-02T13:05:24Z' })).ok).toBe(true)
  })
})

describe('text that PostgreSQL refuses', () => {
  test('is repaired in each stored field, and the event says so', () => {
    for (const field of ['wiki', 'title', 'user', 'comment', 'server_name']) {
      const event = eventOf(decodeEdit({ [field]: 'a\0b\ud800c' }))
      expect(event.repaired, field).toBe(true)
      expect(Object.values(event)).toContain('a\uFFFDb\uFFFDc')
    }
    expect(eventOf(decodeEdit({ type: 'log', log_action: '\0' }))).toMatchObject({
      logAction: '\uFFFD',
      repaired: true,
    })
  })

  test('is left alone where it is not stored, and where U+FFFD was sent as such', () => {
    expect(eventOf(decodeEdit({ parsedcomment: '\0', log_type: '\0' })).repaired).toBe(false)
    expect(eventOf(decodeEdit({ comment: '\uFFFD' })).repaired).toBe(false)
  })

  test('is measured after the repair, which makes it longer', () => {
    expect(decodeEdit({ title: '\0'.repeat(341) }).ok).toBe(true)
    expect(decodeEdit({ title: '\0'.repeat(342) })).toMatchObject({ dead: { reason: 'bad_title' } })
  })
})

test('whatever the bytes, there is an answer, and the same one twice', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.json().map(json => Buffer.from(json)),
      ),
      bytes => {
        expect(decode(recordOf(bytes))).toEqual(decode(recordOf(bytes)))
      },
    ),
  )
})

test('whatever the value of a field, there is an answer, and its text can be stored', () => {
  const field = fc.constantFrom(...Object.keys(editJson()), 'log_type', 'log_action', 'tags')
  const anything = fc.oneof(
    fc.jsonValue(),
    anyText,
    anyText.map(text => text.repeat(20)),
  )
  fc.assert(
    fc.property(field, anything, fc.constantFrom('edit', 'log'), (name, value, type) => {
      const decoded = decodeEdit({ type, [name]: value })
      const texts = Object.values(decoded.ok ? decoded.event : decoded.dead)
      for (const text of texts.filter(text => typeof text === 'string')) {
        expect(text).not.toContain('\0')
        expect(text.isWellFormed()).toBe(true)
      }
    }),
  )
})
