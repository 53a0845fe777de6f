import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'
import { isAlive } from './alive.ts'
import { auditLeft } from './left-stack.ts'
import { rehearse } from './rehearsal.ts'
import { readRun } from './run-file.ts'

/** A folder that the database's own user can enter. */
function stateFolder(): string {
  const state = fileURLToPath(new URL(`../../../.wikiflow/test-left-${randomUUID()}`, import.meta.url))
  mkdirSync(state, { recursive: true })
  onTestFinished(() => rmSync(state, { recursive: true, maxRetries: 5 }))
  return state
}

const events = 500

test('a rehearsal that is kept can be audited again, and again; a file that is lost is found out', {
  timeout: 240_000,
}, async () => {
  const state = stateFolder()
  const keep = join(state, 'kept')
  expect(await auditLeft(keep)).toBeUndefined()

  // One that is killed in its midst leaves a stack that runs; the next one ends it, and begins anew.
  const module = JSON.stringify(new URL('./rehearsal.ts', import.meta.url).href)
  const wish = JSON.stringify({ state, keep, events: 100_000, timeoutMs: 60_000 })
  const program = `import { rehearse } from ${module}\nawait rehearse({ ...${wish}, say: () => {} })`
  const killed = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: 'inherit' })
  const left = await vi.waitFor(
    () => {
      const run = readRun(keep)
      if (!run?.processes.broker) throw new Error('not started yet')
      return run
    },
    { timeout: 60_000, interval: 50 },
  )
  killed.kill('SIGKILL')
  await once(killed, 'exit')

  const report = await rehearse({ state, keep, events, timeoutMs: 120_000, say: () => {} })
  expect(report).toMatchObject({ verdict: 'conserved', totals: { records: events, lakeRows: events } })
  expect(isAlive(left.pid)).toBe(false)
  expect(await auditLeft(keep)).toEqual(report)
  const [object = ''] = globSync(join(keep, 'simulate/lake/**/*.parquet'))
  rmSync(object)
  expect(await auditLeft(keep)).toMatchObject({ verdict: 'not conserved' })
  const pids = Object.values(readRun(keep)?.processes ?? {}).map(({ pid }) => pid)
  expect(pids.filter(isAlive)).toEqual([])
})

test('a folder whose database is gone is no stack that lost nothing', { timeout: 120_000 }, async () => {
  const root = join(stateFolder(), 'kept')
  const stateDir = join(root, 'simulate')
  mkdirSync(stateDir, { recursive: true })
  const password = join(stateDir, 'secrets', 'owner')
  writeFileSync(
    join(root, 'run.json'),
    JSON.stringify({
      ...{ source: 'simulate', stateDir, kafka: '127.0.0.1:1', pid: 0, processes: {} },
      postgres: { host: '127.0.0.1', port: 1, database: 'wikiflow' },
      passwordFiles: { owner: password, writer: password, reader: password },
      ...{ lakeUrl: `file://${stateDir}/lake`, dashboardUrl: 'http://127.0.0.1:1' },
    }),
  )
  await expect(auditLeft(root)).rejects.toThrow(/^couldn't tell, for PostgreSQL .* fails: /)
})
