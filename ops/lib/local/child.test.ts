import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { isAlive } from './alive.ts'
import { type Child, createChild } from './child.ts'
import { type ProcessSpec } from './stack.ts'

let folder: string
let child: Child | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wikiflow-child-'))
})
afterEach(async () => {
  await child?.stop()
  rmSync(folder, { recursive: true, force: true })
})

function spawnScript(body: string, spec: Partial<ProcessSpec> = {}): Child {
  const script = join(folder, 'script.mjs')
  writeFileSync(script, body)
  child = createChild(
    {
      name: 'probe',
      role: 'a probe',
      script,
      args: [],
      env: {},
      startStage: 0,
      stopStage: 0,
      stopMs: 300,
      ...spec,
    },
    folder,
    () => {},
  )
  child.start()
  return child
}

const ready = `process.send({ type: 'state', ready: true, detail: { port: 7 } });`
const stay = 'setInterval(() => {}, 1000);'

test('a killed process is started again, and says how often that was', async () => {
  const probe = spawnScript(ready + stay)
  await vi.waitFor(() => expect(probe.current().state).toBe('ready'), 10_000)
  const first = probe.current().pid ?? 0
  process.kill(first, 'SIGKILL')
  await vi.waitFor(() => expect(probe.current()).toMatchObject({ state: 'ready', restarts: 1 }), 10_000)
  expect(probe.current().pid).not.toBe(first)
})

test('what a process had started ends with it when it stops', async () => {
  const other = `import { spawn } from 'node:child_process'
    const { pid } = spawn('sleep', ['60'])
    process.on('SIGTERM', () => process.exit(0))
    process.send({ type: 'state', ready: true, detail: { pid } });`
  const probe = spawnScript(other + stay)
  await vi.waitFor(() => expect(probe.current().state).toBe('ready'), 10_000)
  const pid = Number(probe.current().detail?.pid)
  expect(isAlive(pid)).toBe(true)
  await probe.stop()
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), 5_000)
})

test('a configuration that can not work is not tried again, and its sentence is kept', async () => {
  const probe = spawnScript(`console.error('KAFKA_BROKERS is not set'); process.exitCode = 78`)
  await vi.waitFor(() => expect(probe.current().state).toBe('failed'), 10_000)
  expect(probe.current().reason).toContain('KAFKA_BROKERS is not set')
})

test('the reason of a crash is the last error of the structured log, not the line behind it', async () => {
  const lines = [
    { level: 60, msg: 'partition 3: retention took offset 17' },
    { level: 30, msg: 'stopped' },
  ].map(line => JSON.stringify(line))
  const probe = spawnScript(`console.log(${JSON.stringify(lines.join('\n'))}); process.exitCode = 1`)
  await vi.waitFor(() => expect(probe.current().state).toBe('restarting'), 10_000)
  expect(probe.current().reason).toContain('retention took offset 17')
})

test("PostgreSQL's reason is its error, not the statement that its log quotes behind it", async () => {
  const line = '2026-08-04 15:00:00 UTC [7] PANIC:  could not write to file: No space left on device'
  const probe = spawnScript(`console.log(${JSON.stringify(`${line}\n\tON CONFLICT`)}); process.exitCode = 1`)
  await vi.waitFor(() => expect(probe.current().state).toBe('restarting'), 10_000)
  expect(probe.current().reason).toBe('exit code 1: could not write to file: No space left on device')
})

test('a process that does not hear SIGTERM is killed with what it started, within its time', async () => {
  const probe = spawnScript(
    `import { spawn } from 'node:child_process'
     process.on('SIGTERM', () => {})
     const grandchild = spawn(process.execPath, ['-e', '${stay}'])
     process.send({ type: 'state', ready: true, detail: { grandchild: grandchild.pid } });${stay}`,
  )
  await vi.waitFor(() => expect(probe.current().state).toBe('ready'), 10_000)
  const { pid = 0, detail } = probe.current()
  await probe.stop()
  expect(isAlive(pid)).toBe(false)
  await vi.waitFor(() => expect(isAlive(Number(detail.grandchild))).toBe(false), 5_000)
})

test('a one-shot that ends well is done, not restarted', async () => {
  const probe = spawnScript('', { oneShot: true })
  await vi.waitFor(() => expect(probe.current()).toMatchObject({ state: 'done', restarts: 0 }), 10_000)
})
