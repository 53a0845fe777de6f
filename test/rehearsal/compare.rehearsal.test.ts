import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWalk, type Walk } from './walk/walk.ts'

/** A loaded machine takes minutes where another takes seconds. */
const slowly = { timeout: 420_000 }

const minutes = 60
const minuteMs = 60_000
/** Yesterday, so that what counts now adds nothing to it. */
const beginMs = Math.floor(Date.now() / 86_400_000 - 1) * 86_400_000
const events = Array.from({ length: minutes }, (_, i) => 900 + ((i * 7_919) % 613))

let walk: Walk

beforeAll(async () => {
  walk = await openWalk({ source: { rate: 20 } })
  await walk.describe({ workers: 1 })
  await walk.must('deploy.ts', '--yes')
  await countYesterday()
}, 900_000)

afterAll(async () => {
  await walk?.close()
}, 60_000)

/** Rows of an hour of yesterday, as the workers would have stored them. */
async function countYesterday(): Promise<void> {
  const sums = ['bytes_added', 'bytes_removed', 'minor', 'major', 'reverts']
  const sizes = ['size_0', 'size_10', 'size_100', 'size_1000', 'size_10000', 'size_over']
  const zeros = [...sums, ...sizes]
  const sql = `INSERT INTO activity_minute (minute, wiki, type, editor, events, ${zeros.join(', ')})
    SELECT to_timestamp(${beginMs / 1_000} + 60 * (n - 1)), 'enwiki', 'edit', 'registered', e${', 0'.repeat(zeros.length)}
    FROM unnest(ARRAY[${events.join(', ')}]) WITH ORDINALITY AS t (e, n)`
  const program = `
    import { pino } from 'pino'
    import { readConfig } from '/app/runtime/src/platform/config.ts'
    import { createPool, postgresSettings } from '/app/runtime/src/platform/postgres.ts'
    const log = pino({ level: 'silent' })
    const pool = createPool(readConfig(postgresSettings), { name: 'rehearsal', max: 1, statementTimeoutMs: 10000, log })
    await pool.query(${JSON.stringify(sql)})
    await pool.end()`
  const { code, said } = await walk.run(
    'exec.ts',
    'batch',
    '--',
    'node',
    '--input-type=module',
    '-e',
    program,
  )
  expect(code, said).toBe(0)
}

async function old(name: string, counts: readonly number[], aheadMs: number): Promise<string> {
  const lines = counts.map((count, i) => {
    const at = new Date(beginMs + i * minuteMs + aheadMs).toISOString()
    return `${at.slice(0, 19).replace('T', ' ')},${count}`
  })
  const path = join(walk.project.folder, name)
  await writeFile(path, `window_start,count\n${lines.join('\n')}\n`)
  return path
}

test(
  'old counts in the time of Hanoi are held against a deployed stack’s, beside its services',
  slowly,
  async () => {
    const path = await old('hanoi.csv', events, 7 * 60 * minuteMs)
    const { code, stdout, said } = await walk.run('compare.ts', '--old', path, '--json')
    expect(code, said).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      verdict: 'explained',
      windows: minutes - 1,
      explanations: [{ kind: 'time zone' }],
    })
  },
)

test('a tenth more throughout is not explained, and the last line leads to the audit', slowly, async () => {
  const tenth = events.map(count => Math.round(count * 1.1))
  const path = await old('other.csv', tenth, 0)
  const { code, stdout, said } = await walk.run('compare.ts', '--old', path)
  expect(code, said).toBe(2)
  expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^Next: npx zx ops\/audit\.ts --target '.+', and if/)
})
