import { headers, type Source } from '../contract.ts'

/** A record to put into the log of a test. */
export type TestRecord = { timestampMs: number; value: Buffer | null; headers: Record<string, string> }

/** When the first record of the test's log was appended: the hour turns while it goes on. */
export const startMs = Date.parse('2026-08-04T15:50:00.000Z')

const wikis = [
  ['enwiki', 'en.wikipedia.org'],
  ['commonswiki', 'commons.wikimedia.org'],
  ['viwiki', 'vi.wikipedia.org'],
  ['wikidatawiki', 'www.wikidata.org'],
] as const
const editors = [
  'Careful Gardener',
  'Sorting Robot',
  '192.0.2.7',
  '2001:db8::17',
  '~2026-10001-22',
  undefined,
]
const kinds = ['edit', 'edit', 'categorize', 'edit', 'new', 'log', 'edit'] as const

/**
 * Records of a partition, the same ones every time: events of all types, kinds of editors and several wikis, and
 * among them what can't be counted.
 * @param stepMs time between two records
 */
export function testRecords(partition: number, count: number, stepMs: number): TestRecord[] {
  return Array.from({ length: count }, (_, n) => testRecord(partition, n, startMs + n * stepMs))
}

function testRecord(partition: number, n: number, timestampMs: number): TestRecord {
  const source: Source = n % 11 === 0 ? 'simulate' : 'live'
  const common = { [headers.sseId]: `[{"topic":"t","partition":0,"offset":${n}}]`, [headers.source]: source }
  const bad = broken[n % 40]
  if (bad !== undefined) {
    const value = bad === null ? null : Buffer.from(bad.replace('#', `${partition}-${n}`), 'latin1')
    return { timestampMs, value, headers: common }
  }
  const event = testEvent(partition, n, timestampMs)
  if (n % 40 === 31) {
    return {
      timestampMs,
      value: Buffer.from('{"meta":{'),
      headers: { ...common, [headers.oversized]: `${2_000_000 + n}` },
    }
  }
  return { timestampMs, value: Buffer.from(JSON.stringify(event)), headers: common }
}

/** What can't be counted, by place in each forty records; `#` makes each one unique. */
const broken: Record<number, string | null> = {
  7: '{"meta": cut short #',
  15: null,
  23: '["an array", "#"]',
  27: 'not UTF-8: \xff\xfe #',
  35: '{"meta":{"id":"unknown-type-#","dt":"2026-08-04T15:51:00Z"},"type":"dance","wiki":"enwiki","title":"A"}',
}

function testEvent(partition: number, n: number, timestampMs: number): Record<string, unknown> {
  const [wiki, serverName] = wikis[n % wikis.length] ?? wikis[0]
  const type = kinds[n % kinds.length] ?? 'edit'
  const user = editors[n % editors.length]
  // Every thirtieth event happened long before it came.
  const dtMs = n % 30 === 4 ? timestampMs - 400_000 : timestampMs - (n % 900)
  const text = n % 17 === 3 ? 'half \ud83d of a pair, and \0' : 'all well'
  return {
    $schema: '/mediawiki/recentchange/1.0.0',
    meta: {
      id: `event-${partition}-${n}`,
      dt: new Date(dtMs).toISOString(),
      domain: serverName,
      stream: 'x',
    },
    id: n % 13 === 0 ? null : n,
    type,
    namespace: type === 'categorize' ? 14 : n % 3,
    title: `Page ${n % 9} of ${partition}, ${text}`,
    comment:
      n % 10 === 1
        ? 'Undid revision 17 by [[Special:Contributions/Sorting Robot|Sorting Robot]]'
        : 'a few words',
    timestamp: Math.floor(dtMs / 1000) - 3600,
    ...(user !== undefined && { user }),
    bot: user === 'Sorting Robot',
    ...((type === 'edit' || type === 'new') && {
      minor: n % 4 === 0,
      length: { ...(type === 'edit' && { old: 1_000 + n }), new: 1_000 + ((n * 37) % 400) },
      revision: { old: n, new: n + 1 },
    }),
    ...(type === 'log' && {
      log_id: n,
      log_type: n % 2 === 0 ? 'move' : 'upload',
      log_action: 'done',
      log_params: n % 3 === 0 ? [] : { target: `Page ${n}` },
    }),
    unknown_field: { deep: [n] },
    server_name: serverName,
    wiki,
  }
}
