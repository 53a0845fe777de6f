import { createServer, type Server } from 'node:http'
import { type AddressInfo } from 'node:net'
import { Registry } from 'prom-client'
import { afterEach, expect, test } from 'vitest'
import { readConfig } from '../../runtime/src/platform/config.ts'
import { type Readiness, serveHealth } from '../../runtime/src/platform/health.ts'
import { askServices } from './services.ts'

const closing: (() => unknown)[] = []
afterEach(() => Promise.all(closing.splice(0).map(close => close())))

async function service(name: string, readiness: Readiness) {
  const health = await serveHealth({
    host: '127.0.0.1',
    port: 0,
    readiness: () => readiness,
    metrics: new Registry(),
  })
  closing.push(health.close)
  return { name, url: new URL(health.url) }
}

/** A server that answers as it should not. */
async function stranger(name: string, answer: string | undefined) {
  const server: Server = createServer((_request, response) => {
    if (answer !== undefined) response.end(answer)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => server.close().closeAllConnections())
  return { name, url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`) }
}

const nothing = { partitions: null, lag: null, heldRows: null, perSecond: null }

test('a worker, the lake and ingest are told by what each of them knows', async () => {
  const worker = {
    partitions: [{ partition: 10 }, { partition: 3, next: '9', lag: '7' }],
    lag: '7',
    counted: { events: 1 },
  }
  const services = [
    await service('worker-1', { ready: true, detail: worker }),
    await service('lake', { ready: true, detail: { partitions: [0, 1], held: { rows: 12, bytes: 3 } } }),
    await service('ingest', { ready: false, reason: 'waiting 3 s', detail: { eventsPerSecond: 37.4 } }),
  ]
  expect(await askServices(services)).toEqual([
    { ...nothing, name: 'worker-1', state: 'ready', reason: null, partitions: [3, 10], lag: 7 },
    { ...nothing, name: 'lake', state: 'ready', reason: null, partitions: [0, 1], heldRows: 12 },
    { ...nothing, name: 'ingest', state: 'not ready', reason: 'waiting 3 s', perSecond: 37.4 },
  ])
})

test('a detail of another shape is not known, and the rest of the answer is still told', async () => {
  const odd = await service('odd', { ready: true, detail: { partitions: 'all', lag: [1], held: 3 } })
  expect(await askServices([odd])).toEqual([{ ...nothing, name: 'odd', state: 'ready', reason: null }])
})

test('silence, a closed port and an answer that is none are told, and hold nobody up', async () => {
  const services = [
    await stranger('silent', undefined),
    await stranger('web site', '<html>'),
    { name: 'gone', url: new URL('http://127.0.0.1:1') },
    { name: 'nowhere', url: new URL('http://no-such-host.invalid:80') },
  ]
  const startedMs = performance.now()
  const [silent, site, gone, nowhere] = await askServices(services)
  expect(silent).toMatchObject({ state: 'unreachable', reason: 'no answer within 1500 ms' })
  expect(site).toMatchObject({ state: 'unreachable', reason: 'its /readyz is not a readiness answer' })
  expect(gone).toMatchObject({ state: 'unreachable', reason: expect.stringContaining('no connection') })
  expect(nowhere?.state).toBe('unreachable')
  expect(performance.now() - startedMs).toBeLessThan(5_000)
})

test('SERVICE_URLS takes several services, and says what is wrong with a malformed one', () => {
  const read = (value: string) => readConfig(['SERVICE_URLS'], { SERVICE_URLS: value }).SERVICE_URLS
  expect(read('worker-1=http://127.0.0.1:9100, lake=http://lake:9100')).toEqual([
    { name: 'worker-1', url: new URL('http://127.0.0.1:9100') },
    { name: 'lake', url: new URL('http://lake:9100') },
  ])
  expect(read('')).toBeUndefined()
  for (const wrong of ['http://127.0.0.1:9100', 'a=ftp://b', 'a=http://b,', 'a=http://', '<b>=http://b']) {
    expect(() => read(wrong)).toThrow(`SERVICE_URLS is ${JSON.stringify(wrong)}; allowed: name=http://`)
  }
})
