import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { connectionOptions } from '../../runtime/src/platform/postgres.ts'
import { startTestPostgres, type TestDatabase, type TestPostgres } from '../../test/engines/postgres.ts'
import { startTcpProxy } from '../../test/engines/tcp-proxy.ts'
import { addPosition } from '../test/seed.ts'

// A process takes half a second to start, and many times that on a machine that is busy with other suites.
vi.setConfig({ testTimeout: 60_000 })

const main = fileURLToPath(new URL('main.ts', import.meta.url))

let postgres: TestPostgres
let database: TestDatabase
const running: ChildProcess[] = []
beforeAll(async () => {
  postgres = await startTestPostgres()
  database = await postgres.database()
  const owner = new Client(connectionOptions(database.owner))
  await owner.connect()
  await addPosition(owner, { next_offset: 7 })
  await owner.end()
})
afterEach(() => {
  for (const process of running.splice(0)) process.kill('SIGKILL')
})
afterAll(() => postgres?.stop())

/** Starts the dashboard as its own process, and reads what it logs. */
function start(env: Record<string, string> = {}) {
  const { PGSSL_CA_FILE: _, ...reader } = database.reader
  const settings = Object.fromEntries(Object.entries(reader).map(([name, value]) => [name, String(value)]))
  const dashboard = spawn(process.execPath, [main], {
    env: { LOG_FORMAT: 'json', DASHBOARD_PORT: '0', ...settings, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.push(dashboard)
  let log = ''
  dashboard.stdout.setEncoding('utf8').on('data', text => {
    log += text
  })
  dashboard.stderr.setEncoding('utf8').on('data', text => {
    log += text
  })
  const found = (pattern: RegExp) =>
    vi.waitFor(
      () => {
        const [, value] = pattern.exec(log) ?? []
        expect(value, log).toBeDefined()
        return value ?? ''
      },
      { timeout: 40_000 },
    )
  return {
    dashboard,
    log: () => log,
    url: () => found(/"url":"(http[^"]+)"/),
    health: () => found(/"health":"(http[^"]+)"/),
  }
}

/** Listens to the stream: the names of its events so far, and its orderly end. */
async function listenTo(url: string): Promise<{ events: string[]; ended: Promise<void> }> {
  const { body } = await fetch(new URL('/api/stream', url))
  const events: string[] = []
  const names = new WritableStream<string>({
    write(part) {
      for (const [, name] of part.matchAll(/^event: (\w+)/gm)) events.push(String(name))
    },
  })
  const ended = body?.pipeThrough(new TextDecoderStream()).pipeTo(names) ?? Promise.resolve()
  ended.catch(() => {})
  return { events, ended }
}

test('it serves the numbers, is ready, and on SIGTERM ends its streams and exits 0', async () => {
  const { dashboard, url, health } = start()
  const snapshot = await fetch(new URL('/api/snapshot', await url()))
  expect(await snapshot.json()).toMatchObject({ counted: { total: 7 }, services: null })
  const { events, ended } = await listenTo(await url())
  await vi.waitFor(() => expect(events).toEqual(['snapshot']), 10_000)
  await vi.waitFor(async () => {
    const ready = await fetch(new URL('/readyz', await health()))
    expect(await ready.json()).toEqual({ ready: true, detail: { url: await url(), viewers: 1 } })
  })
  const metrics = await (await fetch(new URL('/metrics', await health()))).text()
  expect(metrics).toContain('wikiflow_dashboard_viewers 1')
  const exited = once(dashboard, 'exit')
  dashboard.kill('SIGTERM')
  await ended
  expect(await exited).toEqual([0, null])
})

test('a database that goes away is told to the page and to readiness, and found again when it is back', async () => {
  const proxy = await startTcpProxy(postgres.port)
  const { url, health } = start({ PGPORT: String(proxy.port) })
  const readiness = async () => (await fetch(new URL('/readyz', await health()))).status
  const { events } = await listenTo(await url())
  await vi.waitFor(() => expect(events).toEqual(['snapshot']), 10_000)
  proxy.refuse(true)
  proxy.cut()
  await vi.waitFor(() => expect(events.at(-1)).toBe('problem'), 10_000)
  expect(await readiness()).toBe(503)
  proxy.refuse(false)
  await vi.waitFor(() => expect(events.at(-1)).toBe('snapshot'), 10_000)
  expect(await readiness()).toBe(200)
  await proxy.close()
})

test('it starts without a database, says so, and keeps waiting', async () => {
  const { dashboard, url, health } = start({ PGPORT: '1' })
  const snapshot = await fetch(new URL('/api/snapshot', await url()))
  expect([snapshot.status, await snapshot.text()]).toEqual([
    503,
    '{"error":"The database does not answer (ECONNREFUSED). Trying again."}',
  ])
  const ready = await fetch(new URL('/readyz', await health()))
  expect([ready.status, await ready.text()]).toEqual([503, expect.stringContaining('does not answer')])
  expect(dashboard.exitCode).toBeNull()
})

test('a taken port ends it with a sentence that names the port', async () => {
  const other = createServer()
  await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as AddressInfo
  const { dashboard, log } = start({ DASHBOARD_PORT: String(port) })
  const [code] = await once(dashboard, 'exit')
  other.close()
  expect(code).toBe(78)
  expect(log()).toContain(`DASHBOARD_PORT ${port} of 127.0.0.1 is taken by another program`)
})

test('no password comes into its log', async () => {
  const { url, log } = start({ LOG_LEVEL: 'trace' })
  await fetch(new URL('/api/snapshot', await url()))
  const secret = connectionOptions(database.reader).password
  expect(typeof secret).toBe('string')
  expect(log()).not.toContain(String(secret))
})
