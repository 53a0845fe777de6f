import { Client, type Pool } from 'pg'
import { pino } from 'pino'
import { type Browser } from 'playwright-core'
import { Registry } from 'prom-client'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { connectionOptions, createPool } from '../../runtime/src/platform/postgres.ts'
import { startTestPostgres, type TestDatabase, type TestPostgres } from '../../test/engines/postgres.ts'
import { openWatched, startBrowser } from '../test/browser.ts'
import { addActivity, addChange, addFlow, addPage, addPosition, addWiki, minutesAgo } from '../test/seed.ts'
import { type Dashboard, openDashboard } from './dashboard.ts'

let postgres: TestPostgres
let database: TestDatabase
let owner: Client
let browser: Browser
let dashboard: Dashboard
beforeAll(async () => {
  postgres = await startTestPostgres()
  database = await postgres.database()
  owner = new Client(connectionOptions(database.owner))
  await owner.connect()
  browser = await startBrowser()
})
beforeEach(async () => {
  dashboard = await open()
})
afterEach(async () => {
  for (const context of browser.contexts()) await context.close()
  await dashboard.stop()
  await owner.query(
    'TRUNCATE consumer_offset, wiki, activity_minute, page_hour, recent_change, flow_minute, dead_letter',
  )
})
afterAll(async () => {
  await browser?.close()
  await owner?.end()
  await postgres?.stop()
})

function open(port = 0): Promise<Dashboard> {
  const log = pino({ level: 'silent' })
  const pool: Pool = createPool(database.reader, { name: 'test', max: 2, statementTimeoutMs: 5_000, log })
  return openDashboard({ pool, log, metrics: new Registry(), host: '127.0.0.1', port, services: undefined })
}

/** Some live events, counted just now. */
async function seedLive(): Promise<void> {
  await addPosition(owner, { next_offset: 1_000 })
  await addWiki(owner, {})
  await addFlow(owner, { processed: 1_000, delay_1s: 900, delay_5s: 100 })
  await addActivity(owner, { editor: 'bot', events: 400, bytes_added: 5_000 })
  await addActivity(owner, { editor: 'registered', events: 600, bytes_removed: -70 })
  await addChange(owner, { offset: 990, title: 'Red fox', editor: 'bot' })
  await addChange(owner, { offset: 991, title: 'Grey heron', dt: new Date(Date.now() - 1_000) })
  await addChange(owner, { offset: 992, title: 'Füchse', wiki: 'dewiki', dt: new Date(Date.now() - 2_000) })
}

test('the page shows what was counted, and moves when more is', async () => {
  await seedLive()
  const { page, complaints } = await openWatched(browser, dashboard.url)
  const events = page.locator('#events')
  await vi.waitFor(async () => expect(await events.textContent()).toBe('1,000'), 10_000)
  expect(await page.locator('#badges').textContent()).toBe('LIVE')
  expect(await page.locator('#editors').textContent()).toContain('600 · 60.0 %')
  expect(await page.locator('#delay').textContent()).toBe('under 1 s')
  expect(await page.locator('#wikis tr').first().textContent()).toContain('English Wikipedia')
  await addActivity(owner, { type: 'new', events: 234 })
  await addChange(owner, { offset: 1_000, title: 'Only just' })
  await owner.query('UPDATE consumer_offset SET next_offset = 1234, updated_at = now()')
  await vi.waitFor(async () => expect(await events.textContent()).toBe('1,234'), 10_000)
  await vi.waitFor(async () => expect(await page.locator('#rate').textContent()).not.toBe('0.0'), 10_000)
  expect(await page.locator('.change').first().textContent()).toContain('Only just')
  expect(complaints).toEqual([])
})

test('hostile titles, users, comments and servers are text, and nothing but text', async () => {
  const hostile = `<img src=x onerror="alert(1)"><script>alert(2)</script>\u202Egnp.exe`
  await seedLive()
  await addWiki(owner, {
    wiki: 'evilwiki',
    server_name: 'evil.example/?',
    project: '<b>x',
    language: hostile,
  })
  await addActivity(owner, { wiki: 'evilwiki', type: '<i>edit', editor: '<u>', events: 9_999 })
  const change = { dt: new Date(), title: hostile, user_name: hostile, comment: hostile, type: '<s>' }
  await addChange(owner, { offset: 993, wiki: 'evilwiki', ...change })
  await addChange(owner, { offset: 994, wiki: 'enwiki', ...change, title: 'javascript:alert(3)' })
  const hour = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000)
  await addPage(owner, { hour, wiki: 'evilwiki', title: hostile, edits: 99 })
  const { page, complaints } = await openWatched(browser, dashboard.url)
  await vi.waitFor(async () => expect(await page.locator('.change').count()).toBe(5), 10_000)
  const row = page.locator('.change', { has: page.locator('.where', { hasText: 'evil.example' }) })
  expect(await row.locator('.what').textContent()).toContain(hostile)
  expect(await row.locator('a').count()).toBe(0)
  expect(await row.locator('bdi').count()).toBeGreaterThan(3)
  expect(await page.locator('#pages').textContent()).toContain(hostile)
  const link = page.locator('a', { hasText: 'javascript:alert(3)' })
  expect(await link.getAttribute('href')).toBe('https://en.wikipedia.org/wiki/javascript%3Aalert(3)')
  expect(await page.locator('main img, main script, main b, main s, main u').count()).toBe(0)
  expect(complaints).toEqual([])
})

test('simulated, stale and empty are said in words', async () => {
  const { page, complaints } = await openWatched(browser, dashboard.url)
  const says = (badge: string, notice: string) =>
    vi.waitFor(async () => {
      expect(await page.locator('#badges').textContent()).toBe(badge)
      expect(await page.locator('#notices').textContent()).toContain(notice)
    }, 10_000)
  await says('NO DATA', 'Nothing has been counted yet')
  await seedLive()
  await owner.query('UPDATE flow_minute SET simulated = processed')
  await says('SIMULATED', 'These events are simulated')
  await owner.query('UPDATE consumer_offset SET updated_at = $1', [minutesAgo(4)])
  await says('SIMULATEDSTALE', 'Nothing has been counted since')
  expect(await page.title()).toBe('SIMULATED, STALE · wikiflow')
  expect(complaints).toEqual([])
})

test('the feed shows one wiki, without bots, and stands still when told to', async () => {
  await seedLive()
  const { page, complaints } = await openWatched(browser, dashboard.url)
  const titles = () => page.locator('.change .what a, .change .what bdi.clip').allTextContents()
  await vi.waitFor(async () => expect(await page.locator('.change').count()).toBe(3), 10_000)
  await page.getByLabel('Hide bots').check()
  await vi.waitFor(async () => expect(await page.locator('.change').count()).toBe(2), 10_000)
  await addActivity(owner, { wiki: 'dewiki', events: 1 })
  await vi.waitFor(
    () => page.getByRole('combobox', { name: 'Wiki' }).selectOption('dewiki', { timeout: 500 }),
    10_000,
  )
  await vi.waitFor(async () => expect(await titles()).toEqual(['Füchse']), 10_000)
  expect(page.url()).toBe(`${dashboard.url}/?wiki=dewiki&bots=hide`)
  await page.getByRole('button', { name: 'Pause' }).click()
  await addChange(owner, { offset: 1_001, wiki: 'dewiki', title: 'Dachse' })
  const readAt = await page.locator('#read-at').textContent()
  await vi.waitFor(async () => expect(await page.locator('#read-at').textContent()).not.toBe(readAt), 10_000)
  expect(await titles()).toEqual(['Füchse'])
  await page.getByRole('button', { name: 'Pause' }).click()
  await vi.waitFor(async () => expect(await titles()).toContain('Dachse'), 10_000)
  await page.reload()
  await vi.waitFor(async () => expect((await titles()).sort()).toEqual(['Dachse', 'Füchse']), 10_000)
  expect(complaints).toEqual([])
})

test('a link keeps the focus while rows come in above it', async () => {
  await seedLive()
  const { page } = await openWatched(browser, dashboard.url)
  const link = page.locator('.change a', { hasText: 'Red fox' })
  await link.focus({ timeout: 10_000 })
  await addChange(owner, { offset: 1_002, title: 'Above' })
  await vi.waitFor(async () => expect(await page.locator('.change').count()).toBe(4), 10_000)
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Red fox')
})

test('the page finds the dashboard again when it was restarted', async () => {
  await seedLive()
  const { page } = await openWatched(browser, dashboard.url)
  const badges = page.locator('#badges')
  await vi.waitFor(async () => expect(await badges.textContent()).toBe('LIVE'), 10_000)
  await dashboard.stop()
  await vi.waitFor(async () => expect(await badges.textContent()).toBe('NO CONNECTION'), 10_000)
  expect(await page.locator('#notices').textContent()).toMatch(
    /Trying again. The numbers below are those of \d/,
  )
  dashboard = await open(Number(new URL(dashboard.url).port))
  await vi.waitFor(async () => expect(await badges.textContent()).toBe('LIVE'), 15_000)
})

test('a page in the background asks nothing of the database', async () => {
  const { page } = await openWatched(browser, dashboard.url)
  const viewers = () => dashboard.readiness().detail?.viewers
  await vi.waitFor(() => expect(viewers()).toBe(1), 10_000)
  const turn = (hidden: boolean) =>
    page.evaluate(`
      Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))`)
  await turn(true)
  await vi.waitFor(() => expect(viewers()).toBe(0), 10_000)
  await turn(false)
  await vi.waitFor(() => expect(viewers()).toBe(1), 10_000)
})

test.for([360, 768, 1280])('at %i pixels nothing reaches out of the page', async width => {
  await seedLive()
  await addChange(owner, {
    offset: 995,
    title: 'x'.repeat(1_000),
    user_name: 'y'.repeat(200),
    comment: 'z'.repeat(500),
  })
  const hour = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000)
  await addPage(owner, { hour, title: 'w'.repeat(1_000) })
  const { page } = await openWatched(browser, dashboard.url, width)
  await vi.waitFor(async () => expect(await page.locator('.change').count()).toBe(4), 10_000)
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
  const wide = await page.evaluate(`
    [...document.querySelectorAll('.card')].filter(card => card.scrollWidth > card.clientWidth).map(card => card.className)`)
  expect(wide).toEqual([])
})
