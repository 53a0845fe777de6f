import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

let folder: string
const started: ChildProcess[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wikiflow-service-'))
})
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

const harness = new URL('./service.ts', import.meta.url).href

/** Runs a service whose start function has the given body, as a supervisor would. */
function service(body: string, env: NodeJS.ProcessEnv = {}) {
  const script = join(folder, 'service.ts')
  writeFileSync(
    script,
    `import { runService } from '${harness}'
     await runService('probe', ['PGPORT'], async ({ config, log, metrics, starting, fatal }) => { ${body} })`,
  )
  const child = fork(script, {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, PGPORT: '', ...env },
  })
  started.push(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', chunk => (output += chunk))
  const health = new Promise<string>((resolve, reject) => {
    child.once('message', (message: { health: string }) => resolve(message.health))
    child.once('exit', () => reject(new Error(output)))
  })
  health.catch(() => {})
  const exit = new Promise<number | null>(resolve => child.once('exit', resolve))
  return { child, health, exit, output: () => output }
}

const running = `let n = 0; return {
  readiness: () => ({ ready: n++ > 0, reason: 'first asking', detail: { port: config.PGPORT } }),
  stop: async () => log.info('drained'),
}`

test('a service says when it is ready, and why it is not', async () => {
  const url = await service(running).health
  expect(await (await fetch(`${url}/healthz`)).text()).toBe('ok\n')
  const metrics = await (await fetch(`${url}/metrics`)).text()
  expect(metrics).toContain('process_cpu_seconds_total')
  let answer = await fetch(`${url}/readyz`)
  while (((await answer.clone().json()) as { reason: string }).reason === 'starting') {
    answer = await fetch(`${url}/readyz`)
  }
  expect(answer.status).toBe(503)
  expect(await answer.json()).toMatchObject({ ready: false, reason: 'first asking' })
  const second = await fetch(`${url}/readyz`)
  expect(second.status).toBe(200)
  expect(await second.json()).toMatchObject({ ready: true, detail: { port: 5432 } })
})

test('a service that is still starting says what it waits for', async () => {
  const url = await service(`starting('connecting to Kafka'); await new Promise(() => {})`).health
  let reason = 'starting'
  while (reason === 'starting')
    reason = ((await (await fetch(`${url}/readyz`)).json()) as { reason: string }).reason
  expect(reason).toBe('starting: connecting to Kafka')
})

test('a service that has been ready once counts as started, whatever becomes of its database', async () => {
  const url = await service(`let n = 0; return {
    readiness: () => ({ ready: n++ === 1, reason: 'the database is away' }),
    stop: async () => {},
  }`).health
  const ask = async (path: string) => {
    const answer = await fetch(`${url}${path}`)
    return { status: answer.status, text: await answer.text() }
  }
  let answer = await ask('/startupz')
  while (answer.text.includes('"starting"')) answer = await ask('/startupz')
  expect(answer).toEqual({ status: 503, text: '{"ready":false,"reason":"the database is away"}\n' })
  expect((await ask('/startupz')).status).toBe(200)
  expect((await ask('/readyz')).status).toBe(503)
  expect(await ask('/startupz')).toEqual({ status: 200, text: 'ok\n' })
})

test('SIGTERM drains and ends with code 0; twice is as good as once', async () => {
  const { child, health, exit, output } = service(running)
  await health
  child.kill('SIGTERM')
  child.kill('SIGTERM')
  expect(await exit).toBe(0)
  expect(output().match(/drained/g)).toHaveLength(1)
})

test('a service whose supervisor was killed ends by itself', async () => {
  const { child, health, exit } = service(running)
  await health
  child.disconnect()
  expect(await exit).toBe(0)
})

test('an error behind the start ends the process with code 1, after it was drained', async () => {
  const { exit, output } = service(`setTimeout(() => { throw new Error('socket on fire') }, 50); ${running}`)
  expect(await exit).toBe(1)
  expect(output()).toContain('socket on fire')
  expect(output()).toContain('drained')
})

test('a malformed setting ends the process with a sentence and a code that means: do not try again', async () => {
  const { exit, output } = service(running, { PGPORT: 'many' })
  expect(await exit).toBe(78)
  expect(output()).toBe('PGPORT is "many"; allowed: a number from 1 to 65535\n')
})
