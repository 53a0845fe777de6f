import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, expect, test } from 'vitest'
import { freePort } from '../../../../test/engines/free-port.ts'
import { connect, eventIn } from './test-client.ts'

const script = fileURLToPath(new URL('main.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'source-'))
afterAll(() => rmSync(folder, { recursive: true }))
const children: ChildProcess[] = []

function run(...args: string[]) {
  const child = spawn(process.execPath, [script, '--log-level', 'error', ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  children.push(child)
  let output = ''
  const listen = (chunk: Buffer) => {
    output += chunk
  }
  child.stdout?.on('data', listen)
  child.stderr?.on('data', listen)
  const exited = once(child, 'exit').then(([code]) => ({ code: code as number | null, output }))
  return { child, exited }
}

/** Waits until the process says where it listens. */
async function urlOf(child: ChildProcess): Promise<string> {
  for (;;) {
    const [message] = (await once(child, 'message')) as [{ type: string; url?: string }]
    if (message.type === 'listening' && message.url) return message.url
  }
}

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

test('it ends when its parent is gone', async () => {
  const file = join(folder, 'events.ndjson')
  writeFileSync(file, '{"n":1}\n')
  const { child, exited } = run('--mode', 'replay', '--file', file)
  await urlOf(child)
  child.disconnect()
  expect(await exited).toEqual({ code: 0, output: '' })
})

test('killed and started again, it honours a Last-Event-ID from before; SIGTERM ends it in order', async () => {
  const port = String(await freePort())
  const args = ['--mode', 'simulate', '--port', port, '--rate', '200', '--state', join(folder, 'state.json')]
  const first = run(...args)
  const url = await urlOf(first.child)
  const before = await connect(url)
  await before.until(() => before.frames.length >= 100)
  first.child.kill('SIGKILL')
  await first.exited
  const second = run(...args)
  await urlOf(second.child)
  const cursor = before.frames[20]?.id ?? ''
  const after = await connect(url, {
    'last-event-id': cursor.replace(/\d{13}/, ms => String(Number(ms) - 100)),
  })
  await after.until(() => after.frames.length >= 200)
  const old = new Map(before.frames.map(frame => [eventIn(frame).meta.offset, frame.data]))
  const again = after.frames.filter(frame => old.has(Number(eventIn(frame).meta.offset)))
  expect(again.length).toBeGreaterThanOrEqual(79)
  for (const frame of again) expect(frame.data).toEqual(old.get(Number(eventIn(frame).meta.offset)))
  const offsets = after.frames.map(frame => Number(eventIn(frame).meta.offset))
  expect(offsets).toEqual(offsets.map((_, i) => (offsets[0] ?? 0) + 2 * i))
  second.child.kill('SIGTERM')
  expect(await second.exited).toEqual({ code: 0, output: '' })
  await after.ended
})

test('what no restart can mend ends it with exit code 78 and a sentence', async () => {
  const { code, output } = await run('--mode', 'replay', '--file', '/nowhere').exited
  expect({ code, output }).toEqual({ code: 78, output: 'There is no file /nowhere.\n' })
})
