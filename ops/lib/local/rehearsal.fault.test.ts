import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'
import { isAlive } from './alive.ts'
import { rehearse } from './rehearsal.ts'
import { readRun } from './run-file.ts'

/** A state folder that the database's own user can enter. */
function stateFolder(): string {
  const parent = fileURLToPath(new URL('../../../.wikiflow', import.meta.url))
  mkdirSync(parent, { recursive: true })
  const path = `${mkdtempSync(join(parent, 'test-'))}-rehearsal`
  mkdirSync(path)
  onTestFinished(() => {
    rmSync(path, { recursive: true })
    rmSync(path.replace(/-rehearsal$/, ''), { recursive: true })
  })
  return path
}

test('a rehearsal brings every event to log, database and lake, and leaves nothing behind', {
  timeout: 150_000,
}, async () => {
  const state = stateFolder()
  mkdirSync(join(state, 'rehearsal-4194305', 'simulate'), { recursive: true })
  const said: string[] = []
  const report = await rehearse({ state, events: 500, timeoutMs: 120_000, say: text => said.push(text) })
  expect(report).toMatchObject({
    verdict: 'conserved',
    totals: { records: 500, events: 500, deadLetters: 0, lakeRows: 500, lag: 0 },
  })
  expect(said[0]).toBe('starting a stack of its own')
  expect(said.at(-1)).toBe('stopping it')
  expect(readdirSync(state)).toEqual([])
})

test('one that takes too long is ended, and says how far it came', { timeout: 60_000 }, async () => {
  const state = stateFolder()
  const rehearsal = rehearse({ state, events: 500, timeoutMs: 1_500, say: () => {} })
  await expect(rehearsal).rejects.toThrow(
    /^the local stack was not ready in time: .*\b(starting|it said nothing)/,
  )
  expect(readdirSync(state)).toEqual([])
})

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s in the middle stops its stack and removes its data',
  {
    timeout: 60_000,
  },
  async signal => {
    const state = stateFolder()
    const module = JSON.stringify(new URL('./rehearsal.ts', import.meta.url).href)
    const program = `import { rehearse } from ${module}
    await rehearse({ state: ${JSON.stringify(state)}, events: 500, timeoutMs: 60_000, say: () => {} })`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: 'inherit' })
    const run = await vi.waitFor(
      () => {
        const found = readRun(join(state, `rehearsal-${child.pid}`))
        if (!found?.processes.broker) throw new Error('not started yet')
        return found
      },
      { timeout: 30_000, interval: 50 },
    )
    child.kill(signal)
    expect(await once(child, 'exit')).toEqual([130, null])
    expect(readdirSync(state)).toEqual([])
    const pids = [run.pid, ...Object.values(run.processes).map(({ pid }) => pid)]
    await vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]), { timeout: 10_000 })
  },
)
