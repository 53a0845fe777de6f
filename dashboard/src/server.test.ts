import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { BusyError } from './change-feed.ts'
import { securityHeaders } from './headers.ts'
import { type Listening, listen } from './listen.ts'
import { type ChangeFilter } from './queries/changes.ts'
import { createApp } from './server.ts'
import { type Stream } from './stream.ts'

const full: Stream = { open: () => false, viewers: () => 200, dropped: () => 0, close: () => {} }
const errors: unknown[] = []
let current: () => Promise<never> = () => Promise.reject(new Error('unset'))
let changes: (filter: ChangeFilter) => Promise<[]> = async () => []
let listening: Listening
beforeAll(async () => {
  const app = createApp({
    poll: { current: () => current() },
    stream: full,
    changes: filter => changes(filter),
    onError: error => errors.push(error),
  })
  listening = await listen(app, '127.0.0.1', 0)
})
afterAll(() => {
  listening?.server.close().closeAllConnections()
})

const ask = (path: string, init?: RequestInit) => fetch(new URL(path, listening.url), init)

test.for([
  '/',
  '/style.css',
  '/api/snapshot',
  '/api/changes?bots=maybe',
  '/healthz',
  '/no/such/page',
  '/%E0%A4%A',
])('the answer to %s carries the security headers and hides the framework', async path => {
  const { headers } = await ask(path)
  for (const [name, value] of Object.entries(securityHeaders)) expect(headers.get(name)).toBe(value)
  expect(headers.has('x-powered-by')).toBe(false)
})

test('the page is served, with its modules as JavaScript', async () => {
  const page = await ask('/')
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  const scripts = [...(await page.text()).matchAll(/src="([\w.]+)"/g)].map(([, name]) => name)
  expect(scripts).toEqual(['app.js'])
  expect((await ask('/app.js')).headers.get('content-type')).toMatch('text/javascript')
})

test('the page has no inline script, style or handler, and names no other host', async () => {
  const page = await (await ask('/')).text()
  expect(page).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/i)
  expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\//)
})

/** Asks for a path as it is written; fetch would tidy it first. */
function askRaw(path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(listening.url)
    const request = httpRequest({ hostname, port, path, agent: false }, response => {
      response.resume()
      resolve(response.statusCode)
    })
    request.on('error', reject).end()
  })
}

test.for(['/../package.json', '/..%2fpackage.json', '/%2e%2e/src/main.ts', '/.env', '/..\\package.json'])(
  'no file outside the page is served for %s',
  async path => {
    expect(await askRaw(path)).toBeGreaterThanOrEqual(400)
  },
)

test('an address that is none is answered without a stack', async () => {
  const response = await ask('/%E0%A4%A')
  expect(response.status).toBe(404)
  expect(await response.text()).toBe('{"error":"there is no such page; the dashboard is at /"}')
})

test('only reading is offered', async () => {
  const response = await ask('/api/snapshot', { method: 'POST', body: '{}' })
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
})

test("while the database can't be read, the API says so in general words and the log gets the error", async () => {
  const error = Object.assign(new Error('connect ECONNREFUSED db.internal:5432'), { code: 'ECONNREFUSED' })
  current = () => Promise.reject(error)
  const response = await ask('/api/snapshot')
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2'])
  expect(await response.text()).toBe('{"error":"The database does not answer (ECONNREFUSED). Trying again."}')
  expect(errors).toContain(error)
})

test('a filter is taken as it is written, and a wrong one is refused with what is allowed', async () => {
  const asked: ChangeFilter[] = []
  changes = async filter => {
    asked.push(filter)
    return []
  }
  await ask(`/api/changes?wiki=${encodeURIComponent("en'; DROP TABLE wiki --")}&bots=hide`)
  await ask('/api/changes')
  expect(asked).toEqual([
    { wiki: "en'; DROP TABLE wiki --", hideBots: true },
    { wiki: null, hideBots: false },
  ])
  for (const query of ['wiki=', 'wiki=a&wiki=b', `wiki=${'x'.repeat(65)}`, 'bots=no', 'wiki=%00']) {
    const response = await ask(`/api/changes?${query}`)
    expect([query, response.status]).toEqual([query, 400])
    expect(await response.text()).toContain('a database name such as enwiki')
  }
})

test('too many filters, or too many pages, are told to come back', async () => {
  changes = () =>
    Promise.reject(new BusyError('8 filters are being searched for already: try again in a moment'))
  const busy = await ask('/api/changes?wiki=enwiki')
  expect([busy.status, await busy.text()]).toEqual([503, expect.stringContaining('8 filters')])
  const crowded = await ask('/api/stream')
  expect([crowded.status, crowded.headers.get('retry-after')]).toEqual([503, '30'])
})

test('the schema of the snapshot is offered as JSON Schema', async () => {
  const schema = z
    .object({ type: z.literal('object'), required: z.array(z.string()) })
    .parse(await (await ask('/api/schema')).json())
  expect(schema.required).toContain('partitions')
})

test('a taken port is told by its number, with what to do', async () => {
  const port = Number(new URL(listening.url).port)
  await expect(listen(() => {}, '127.0.0.1', port)).rejects.toThrow(
    `DASHBOARD_PORT ${port} of 127.0.0.1 is taken by another program: stop it, or set DASHBOARD_PORT to a free port`,
  )
  await expect(listen(() => {}, '203.0.113.9', 0)).rejects.toThrow(
    'DASHBOARD_HOST 203.0.113.9 is not an address',
  )
})
