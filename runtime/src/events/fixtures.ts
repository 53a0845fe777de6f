import fc from 'fast-check'
import { type LogRecord } from './record.ts'

/** Any UTF-16 there can be: U+0000, lone surrogates, controls, pairs, and letters in between. */
export const anyText = fc
  .array(fc.oneof(fc.nat(0xffff), fc.nat(0x7f), fc.constantFrom(0, 0xd83c, 0xdf0d)), { maxLength: 60 })
  .map(units => String.fromCharCode(...units))

/** When the records of tests came into the log. */
export const appendedAtMs = Date.parse('2026-08-04T15:24:31.000Z')

/** An edit as the source sends one, with invented names; `fields` replace or add top-level ones. */
export function editJson(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    $schema: '/mediawiki/recentchange/1.0.0',
    meta: {
      uri: 'https://en.wikipedia.org/wiki/Garden',
      id: 'c5219ea1-d1b4-4b0e-a402-5fc64f71a92b',
      domain: 'en.wikipedia.org',
      stream: 'mediawiki.recentchange',
      dt: '2026-08-04T15:24:30.141Z',
    },
    id: 496461,
    type: 'edit',
    namespace: 0,
    title: 'Garden',
    comment: '/* Tools */ spelling',
    timestamp: 1785857069,
    user: 'Careful Gardener',
    bot: false,
    minor: true,
    length: { old: 100, new: 131 },
    revision: { old: 1, new: 2 },
    server_url: 'https://en.wikipedia.org',
    server_name: 'en.wikipedia.org',
    wiki: 'enwiki',
    ...fields,
  }
}

/** A record of the log that holds the bytes, text or JSON. */
export function recordOf(value: Uint8Array | string | object, fields: Partial<LogRecord> = {}): LogRecord {
  const bytes =
    value instanceof Uint8Array
      ? value
      : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value), 'utf8')
  return { offset: 0n, appendedAtMs, value: bytes, source: 'live', oversizedBytes: undefined, ...fields }
}
