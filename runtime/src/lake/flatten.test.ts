import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Row } from './columns.ts'
import { inexactness } from './exactness.ts'
import { flatten, restore } from './flatten.ts'

function rowOf(text: string): Row {
  const row = flatten(Buffer.from(text))
  if (!row) throw new Error(`no JSON object: ${text}`)
  return row
}

const edit = {
  $schema: '/mediawiki/recentchange/1.0.0',
  meta: {
    id: '0a',
    dt: '2026-08-04T15:24:29.724Z',
    domain: 'de.wikipedia.org',
    partition: 0,
    offset: 6387234775,
  },
  id: 496461,
  type: 'edit',
  namespace: 0,
  title: 'Käse',
  user: 'Anouk Example',
  bot: false,
  minor: true,
  length: { old: 127, new: 131 },
  revision: { old: 329184, new: 329364 },
  wiki: 'dewiki',
}

test('an edit stands in its columns, with nothing left over', () => {
  const row = rowOf(JSON.stringify(edit))
  expect(row).toMatchObject({
    event_time: Date.UTC(2026, 7, 4, 15, 24, 29, 724),
    meta_offset: 6387234775,
    title: 'Käse',
    user_name: 'Anouk Example',
    length_old: 127,
    bot: false,
  })
  for (const column of ['extra', 'raw', 'inexact']) expect(row[column]).toBeUndefined()
})

test('unknown and retyped fields are kept under their path', () => {
  const row = rowOf(
    '{"title":5,"meta":{"dt":null,"id":"a","x":[1]},"length":"long","revision":{},"log_params":[],"new":1}',
  )
  expect(row.title).toBeUndefined()
  expect(row.meta_id).toBe('a')
  expect(row.log_params).toBe('[]')
  expect(JSON.parse(String(row.extra))).toEqual({
    title: 5,
    meta: { dt: null, x: [1] },
    length: 'long',
    revision: {},
    new: 1,
  })
})

test.each([
  ['U+0000 in a title', '{"title":"a\\u0000b"}'],
  ['a field called __proto__', '{"__proto__":{"a":1},"meta":{"__proto__":2}}'],
  ['null for everything', '{"meta":null,"id":null,"title":null,"length":null}'],
  ['an escaped slash and letters', '{"title":"\\/\\u00e9"}'],
  ['blanks', ' { "id" : 1 , "minor" : true } '],
  ['fractions and exponents', '{"id":1.5,"namespace":1e2,"x":0.1,"y":1.0}'],
  ['columns as field names', '{"meta_id":1,"extra":{"a":1},"raw":"x","kafka_offset":9}'],
])('%s comes back from the columns alone', (_, text) => {
  const row = rowOf(text)
  expect(row.raw).toBeUndefined()
  expect(restore(row)).toStrictEqual(JSON.parse(text))
})

test.each([
  ['lone_surrogate', '{"title":"a\\ud800b","comment":"x"}'],
  ['lone_surrogate', '{"log_params":{"\\udc00":1}}'],
  ['inexact_number', '{"id":9007199254740993}'],
  ['inexact_number', '{"x":1e400}'],
  ['inexact_number', '{"x":-0}'],
  ['inexact_number', `{"x":0.${'1'.repeat(30)}}`],
  ['inexact_number', `{"x":1${'0'.repeat(900_000)}1}`],
  ['duplicate_key', '{"title":"a","title":"b"}'],
  ['duplicate_key', '{"x":[{"a":1,"\\u0061":2}]}'],
  ['too_deep', `{"x":${'['.repeat(501)}${']'.repeat(501)}}`],
  ['too_deep', `{"x":${'['.repeat(200_000)}${']'.repeat(200_000)}}`],
])('%s: the bytes are kept too', (word, text) => {
  const row = rowOf(text)
  expect(row.inexact).toBe(word)
  expect(restore(row)).toEqual(Buffer.from(text))
})

test('a lone surrogate is U+FFFD in the columns, as it is in PostgreSQL', () => {
  const row = rowOf('{"title":"a\\ud800b","log_params":{"x":"\\udc00 \\\\udc00"}}')
  expect(row.title).toBe('a\ufffdb')
  expect(row.log_params).toBe('{"x":"\ufffd \\\\udc00"}')
})

test.each([
  ['invalid UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
  ['a byte order mark', Buffer.from('\ufeff{}')],
  ['half an event', Buffer.from('{"title":"a')],
  ['an array', Buffer.from('[]')],
  ['no bytes', Buffer.alloc(0)],
])('%s is no event', (_, bytes) => {
  expect(flatten(bytes)).toBeUndefined()
})

test('a thousand brackets beside each other, or in a text, are not deep', () => {
  expect(rowOf(`{"x":[${'[],'.repeat(1_000)}"${'[{'.repeat(1_000)}"]}`).inexact).toBeUndefined()
})

test('a megabyte of escapes is read like any text', () => {
  const text = `{"comment":"${'\\u00e9\\"'.repeat(130_000)}"}`
  expect(rowOf(text).inexact).toBeUndefined()
})

/** Fields that the lake knows, with values of any kind, among fields it doesn't. */
const anyEvent = fc
  .tuple(
    fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ noUnicodeString: false })),
    fc.record(
      {
        meta: fc.oneof(
          fc.jsonValue(),
          fc.record(
            { id: fc.jsonValue(), dt: fc.date().map(String), offset: fc.maxSafeInteger() },
            { requiredKeys: [] },
          ),
        ),
        title: fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()),
        id: fc.oneof(fc.maxSafeInteger(), fc.jsonValue()),
        minor: fc.oneof(fc.boolean(), fc.jsonValue()),
        length: fc.oneof(
          fc.jsonValue(),
          fc.record({ old: fc.integer(), new: fc.jsonValue() }, { requiredKeys: [] }),
        ),
        log_params: fc.jsonValue(),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([unknown, known]) => ({ ...unknown, ...known }))

test('any JSON object comes back', () => {
  fc.assert(
    fc.property(anyEvent, event => {
      const text = JSON.stringify(event)
      const row = rowOf(text)
      const back = restore(row)
      if (row.raw === undefined) expect(back).toStrictEqual(JSON.parse(text))
      else expect(back).toEqual(Buffer.from(text))
    }),
    { numRuns: 200 },
  )
})

test('what JSON.stringify wrote is exact unless it holds a lone surrogate', () => {
  fc.assert(
    fc.property(anyEvent, event => {
      const text = JSON.stringify(event)
      fc.pre(!text.includes('\\ud'))
      expect(inexactness(text, JSON.parse(text))).toBeUndefined()
    }),
    { numRuns: 150 },
  )
})
