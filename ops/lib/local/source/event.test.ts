import { expect, test } from 'vitest'
import { type SimulatedEvent, simulatedEvent } from './event.ts'
import { timelineOf } from './timeline.ts'

const count = 50_000
const seed = 7
const startMs = Date.UTC(2026, 7, 4, 15)
const timeline = timelineOf(seed, [{ from: 0, startMs, rate: 37.4 }])
const events = Array.from({ length: count }, (_, n) => simulatedEvent(seed, n, timeline.dtOf(n)))
const sizes = events.map(event => Buffer.byteLength(JSON.stringify(event))).sort((a, b) => a - b)

const share = (holds: (event: SimulatedEvent) => unknown) =>
  events.filter(event => holds(event)).length / count
const quantile = (q: number) => sizes[Math.floor(q * count)] ?? 0
const within = (value: number, target: number, tolerance: number) =>
  expect(Math.abs(value - target), `${value}, where ${target} ± ${tolerance} was expected`).toBeLessThan(
    tolerance,
  )

test('types, bots and wikis come in the shares measured on the live stream', () => {
  within(
    share(event => event.type === 'edit'),
    0.556,
    0.01,
  )
  within(
    share(event => event.type === 'categorize'),
    0.377,
    0.01,
  )
  within(
    share(event => event.type === 'log'),
    0.05,
    0.005,
  )
  within(
    share(event => event.type === 'new'),
    0.017,
    0.003,
  )
  within(
    share(event => event.bot),
    0.411,
    0.01,
  )
  within(
    share(event => event.wiki === 'commonswiki'),
    0.425,
    0.01,
  )
  within(
    share(event => event.wiki === 'wikidatawiki'),
    0.165,
    0.01,
  )
  within(
    share(event => event.wiki === 'enwiki'),
    0.091,
    0.006,
  )
  within(
    share(event => event.wiki === 'cewiki'),
    0.057,
    0.006,
  )
  expect(new Set(events.map(({ wiki }) => wiki)).size).toBeGreaterThan(300)
})

test('events are as large as live ones: 1,423 B on average, 1,356 in the middle, 2,078 at the 95th', () => {
  within(sizes.reduce((sum, size) => sum + size) / count, 1423, 40)
  within(quantile(0.5), 1356, 40)
  within(quantile(0.95), 2078, 60)
  within(sizes.at(-1) ?? 0, 5582, 1500)
})

test('a database name belongs to its real server', () => {
  const servers = new Map(events.map(({ wiki, server_name }) => [wiki, server_name]))
  expect(Object.fromEntries(servers)).toMatchObject({
    commonswiki: 'commons.wikimedia.org',
    wikidatawiki: 'www.wikidata.org',
    enwiki: 'en.wikipedia.org',
    zh_yuewiki: 'zh-yue.wikipedia.org',
    be_x_oldwiki: 'be-tarask.wikipedia.org',
    mgwiktionary: 'mg.wiktionary.org',
    frwikisource: 'fr.wikisource.org',
    metawiki: 'meta.wikimedia.org',
    specieswiki: 'species.wikimedia.org',
    sourceswiki: 'wikisource.org',
  })
  const strangers = events.filter(({ server_name, meta, server_url, title_url }) => {
    return meta.domain !== server_name || !title_url.startsWith(`${server_url}/wiki/`)
  })
  expect(strangers).toEqual([])
})

test('no two events have the same meta.id, also across seeds and far along the stream', () => {
  const far = Array.from({ length: 2_000 }, (_, n) => simulatedEvent(seed, 2 ** 32 + n).meta.id)
  const other = Array.from({ length: 2_000 }, (_, n) => simulatedEvent(seed + 1, n).meta.id)
  const ids = [...events.map(({ meta }) => meta.id), ...far, ...other]
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})

test('event n is the same whenever it is asked for', () => {
  const again = [49_999, 3, 17, 3].map(n => simulatedEvent(seed, n, timeline.dtOf(n)))
  expect(again).toEqual([events[49_999], events[3], events[17], events[3]])
})

test('editors are bots, registered, IPv4, IPv6, temporary or hidden, and no address is anybody’s', () => {
  const kinds = [/^\d+\.\d+\.\d+\.\d+$/, /^[0-9A-F:]+:[0-9A-F:]+$/, /^~2026-\d{5}-\d{1,2}$/]
  for (const kind of kinds) expect(share(({ user }) => kind.test(user ?? ''))).toBeGreaterThan(0.005)
  expect(share(event => !('user' in event))).toBeGreaterThan(0.0005)
  const addresses = events.flatMap(({ user = '' }) =>
    /^\d+\.\d+\.\d+\.\d+$|^[0-9A-F]+:/.test(user) ? [user] : [],
  )
  const documentation = /^(192\.0\.2|198\.51\.100|203\.0\.113)\.|^2001:DB8:/
  expect(addresses.filter(address => !documentation.test(address))).toEqual([])
})

test('fields are missing and change shape as they do live', () => {
  const logs = events.filter(({ type }) => type === 'log')
  const params = new Set(logs.map(({ log_params }) => (Array.isArray(log_params) ? '[]' : typeof log_params)))
  expect([...params].sort()).toEqual(['[]', 'object', 'string'])
  const hits = logs.filter(({ log_type }) => log_type === 'abusefilter')
  expect(hits.length).toBeGreaterThan(100)
  expect(hits.every(hit => !('id' in hit) && hit.log_id === 0)).toBe(true)
  expect(logs.some(({ log_id }) => log_id === null)).toBe(true)
  const created = events.filter(({ type }) => type === 'new')
  expect(
    created.every(({ length, revision }) => !('old' in (length ?? {})) && !('old' in (revision ?? {}))),
  ).toBe(true)
  const edits = events.filter(({ type }) => type === 'edit')
  expect(edits.every(({ length }) => (length?.old ?? -1) >= 0 && (length?.new ?? -1) >= 0)).toBe(true)
  expect(new Set(edits.map(edit => 'patrolled' in edit)).size).toBe(2)
  expect(events.filter(({ type }) => type === 'categorize').every(({ namespace }) => namespace === 14)).toBe(
    true,
  )
})

test('large languages take edits back in their own words, and some text runs from right to left', () => {
  const comments = events.map(({ comment }) => comment).join('\n')
  const reverts = [
    /Undid revision \d+ by|Reverted edits by/,
    /Änderungen? .* (rückgängig gemacht|zurückgesetzt)/,
    /Annulation de la modification|Révocation des modifications/,
    /отмена правки|откат правок/,
    /取り消し|差し戻し/,
    /الرجوع عن|استرجاع تعديلات/,
  ]
  for (const revert of reverts) expect(revert.test(comments), String(revert)).toBe(true)
  expect(/\$(rev|user|to|page)\b/.test(comments)).toBe(false)
  expect(events.some(({ title }) => /\p{Script=Arabic}/u.test(title))).toBe(true)
})

test('`timestamp` is out of order for most events, and years old on some log events of Commons', () => {
  let newest = 0
  const behind = events.filter(({ timestamp }) => {
    const isBehind = timestamp < newest
    newest = Math.max(newest, timestamp)
    return isBehind
  })
  within(behind.length / count, 0.62, 0.05)
  const oldest = events.reduce((a, b) => (a.timestamp < b.timestamp ? a : b))
  expect(oldest).toMatchObject({ type: 'log', wiki: 'commonswiki' })
  expect(startMs / 1000 - oldest.timestamp).toBeGreaterThan(10 * 365 * 86_400)
})
