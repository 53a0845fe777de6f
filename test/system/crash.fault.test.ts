import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { askLake, untiledPartitions } from './lake.ts'
import { strayEvents } from './log.ts'
import { createStack, type Stack } from './stack.ts'

let stack: Stack | undefined
afterEach(() => stack?.remove())

const counted = 'SELECT coalesce(sum(events), 0)::int AS n FROM count_ledger'
type Counted = { n: number }

/** SIGKILL for a process and for all it started, PostgreSQL's own processes too. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    process.kill(pid, 'SIGKILL')
  }
}

test('each process killed in turn, then all at once: started again, the counts agree', async () => {
  stack = await createStack()
  const running = stack
  const flags = ['--source', 'simulate', '--rate', '150', '--seed', 'crash']
  const env = { LAKE_ROTATE_S: '2' }
  running.start(flags, env)
  const grown = async () => {
    const [now] = await running.until<Counted>(counted, () => true)
    await running.until<Counted>(counted, ([row]) => (row?.n ?? 0) > (now?.n ?? 0) + 100)
  }
  await running.until<Counted>(counted, ([row]) => (row?.n ?? 0) > 300)

  for (const name of ['worker-2', 'lake', 'ingest', 'broker', 'postgres', 'dashboard', 'source']) {
    const before = running.run().processes[name]
    if (!before) throw new Error(`${name} does not run; the stack said:\n${running.output()}`)
    process.kill(before.pid, 'SIGKILL')
    await vi.waitFor(() => {
      const after = running.run().processes[name]
      expect(after?.pid, name).toBeDefined()
      expect(after?.pid, name).not.toBe(before.pid)
    }, 20_000)
    await grown()
  }

  const { pid, processes } = running.run()
  killGroup(pid)
  for (const { pid } of Object.values(processes)) killGroup(pid)
  running.start(flags, env)
  await grown()

  expect(await strayEvents(running.run().kafka)).toEqual({ missing: [], twice: [] })
  const live = await running.audit()
  expect(live, live.report).toMatchObject({ code: 0 })
  const { code } = await running.interrupt()
  expect(code, running.output()).toBe(0)
  const { lakeUrl, stateDir } = running.run()
  expect(await askLake(lakeUrl, untiledPartitions)).toEqual([])
  const log = readFileSync(join(stateDir, 'logs', 'worker-1.log'), 'utf8')
  const password = readFileSync(running.run().passwordFiles.writer, 'utf8')
  expect(log).not.toContain(password)
}, 240_000)
