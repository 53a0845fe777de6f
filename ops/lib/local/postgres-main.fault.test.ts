import { type ChildProcess, spawn } from 'node:child_process'
import { on, once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'
import { freePort } from '../../../test/engines/free-port.ts'

const script = fileURLToPath(new URL('postgres-main.ts', import.meta.url))
const passwordFile = expect.stringMatching(/^pg-password-/)

/** A server on a folder of the test's own, which its own user can enter; started as the supervisor does. */
async function database() {
  const parent = fileURLToPath(new URL('../../../.wikiflow', import.meta.url))
  mkdirSync(parent, { recursive: true })
  const folder = mkdtempSync(join(parent, 'test-'))
  chmodSync(folder, 0o755)
  writeFileSync(join(folder, 'owner'), 'only-for-this-test', { mode: 0o600 })
  const args = ['--data-dir', join(folder, 'postgres'), '--port', String(await freePort())]
  args.push('--user', 'someone', '--password-file', join(folder, 'owner'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const start = () => {
    const child = spawn(process.execPath, [script, ...args], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      detached: true,
    })
    onTestFinished(() => end(child, 'SIGTERM'))
    return child
  }
  return { folder, start }
}

/** Ends it with all that it has started. */
async function end(child: ChildProcess, signal: NodeJS.Signals) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  process.kill(-(child.pid ?? 0), signal)
  await exit
}

async function ready(child: ChildProcess) {
  for await (const [message] of on(child, 'message', { close: ['exit'] })) if (message.ready) return
  throw new Error('it ended before it was ready')
}

test('nobody else can find the password that initdb reads; one that a kill left goes with the next start', async () => {
  const { folder, start } = await database()
  const temporary = join(folder, 'postgres.tmp')
  const killed = start()
  await vi.waitFor(() => expect(readdirSync(temporary)).toEqual([passwordFile]), {
    timeout: 20_000,
    interval: 1,
  })
  await end(killed, 'SIGKILL')
  expect(readdirSync(temporary)).toEqual([passwordFile])
  expect(statSync(temporary).mode & 0o777).toBe(0o711)

  await ready(start())
  expect(readdirSync(folder).sort()).toEqual(['owner', 'postgres'])
})
