import { execFile } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { Registry } from 'prom-client'
import { expect, onTestFinished, test } from 'vitest'
import { type Readiness, serveHealth } from './health.ts'

const program = fileURLToPath(new URL('../../../compose/health-check.sh', import.meta.url))

function check(port: number | string): Promise<{ code: number; said: string }> {
  return new Promise(resolve => {
    execFile('bash', [program], { env: { ...process.env, HEALTH_PORT: String(port) } }, (error, stdout) => {
      resolve({ code: error ? Number(error.code) : 0, said: stdout })
    })
  })
}

async function listening(server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

test('a service that takes the connection and never answers is unhealthy within 3 s', async () => {
  const port = await listening(createTcpServer(() => {}))
  expect(await check(port)).toEqual({ code: 1, said: `no answer from port ${port} within 2 s\n` })
})

test('what answers in another protocol is unhealthy', async () => {
  const port = await listening(createTcpServer(socket => socket.end('SSH-2.0-OpenSSH_9.2\r\n')))
  expect((await check(port)).code).toBe(1)
})

test('an endless answer is cut', async () => {
  const port = await listening(
    createServer((_, response) => {
      response.writeHead(503).end('x'.repeat(1_000_000))
    }),
  )
  const { code, said } = await check(port)
  expect([code, said.length]).toEqual([1, 2_000])
})

test('where nothing listens, it says so', async () => {
  const server = createTcpServer()
  const port = await listening(server)
  await new Promise(resolve => server.close(resolve))
  expect(await check(port)).toEqual({ code: 1, said: `nothing listens on port ${port}\n` })
})

test('a service is healthy from the first time it is ready, and tells until then why it is not', async () => {
  let state: Readiness = { ready: false, reason: 'the stored offsets are not known yet' }
  const health = await serveHealth({
    host: '127.0.0.1',
    port: 0,
    metrics: new Registry(),
    readiness: () => state,
  })
  onTestFinished(() => health.close())
  const { port } = new URL(health.url)
  const before = await check(port)
  expect(before).toEqual({ code: 1, said: `${JSON.stringify(state)}\n` })
  state = { ready: true }
  expect((await check(port)).code).toBe(0)
  state = { ready: false, reason: 'the database is away' }
  expect(await check(port)).toEqual({ code: 0, said: 'ok\n' })
})
