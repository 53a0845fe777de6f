import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Result } from '../../ops/lib/checks/check.ts'
import { inside } from './walk/containers.ts'
import { openWalk, type Walk } from './walk/walk.ts'

/** A loaded machine takes minutes where another takes seconds. */
const slowly = { timeout: 420_000 }

let walk: Walk

beforeAll(async () => {
  walk = await openWalk({ source: { rate: 60 } })
  await walk.describe({ workers: 3 })
  await walk.must('deploy.ts', '--yes')
}, 900_000)

afterAll(async () => {
  await walk?.close()
}, 60_000)

/** What verify finds, by the check's id. */
async function verify(
  ...args: string[]
): Promise<{ code: number; said: string; found: Record<string, Result> }> {
  const { code, stdout, said } = await walk.run('verify.ts', '--json', ...args)
  const checks: Result[] = JSON.parse(stdout).checks
  return { code, said, found: Object.fromEntries(checks.map(check => [check.id, check])) }
}

test('a stack that is well is found so, in every respect that hosts have', slowly, async () => {
  const wellAfterAll = async () => {
    const { code, said, found } = await verify()
    const bad = Object.values(found).filter(({ state }) => state === 'failed' || state === 'skipped')
    expect(bad, said).toEqual([])
    expect(code).toBe(0)
    return found
  }
  // The lake's first objects take a rotation.
  const found = await vi.waitFor(
    async () => {
      const now = await wellAfterAll()
      expect(now['lake-readable']?.found).toMatch(/^DuckDB finds [\d,]+ rows in wiki\.recentchange-/)
      return now
    },
    { timeout: 240_000, interval: 2_000 },
  )
  expect(found.host?.found).toMatch(/^host-1 at \S+ shows its pinned key, with Docker \d/)
  expect(found.services).toMatchObject({
    found: expect.stringMatching(/^\d+ tasks on host-1 run, of release/),
  })
  expect(found.partitions?.found).toBe('12 over 3 workers: 4 + 4 + 4')
  expect(found.audit?.found).toMatch(/^conserved: /)
  expect(found['database-tls']?.found).toMatch(/\d+ sessions of workers and lake, all by TLS/)
  expect(found.public?.found).not.toMatch(/\b(9092|9100|3000)\b/)
})

test(
  'passwords stand nowhere; the credential that the rehearsal itself gives the lake is noticed',
  slowly,
  async () => {
    const { found, said } = await verify('--only', 'secrets')
    expect(found.secrets).toMatchObject({
      state: 'warning',
      found: expect.stringMatching(/^3 passwords stand in none of \d+ listings; .*AWS_SECRET_ACCESS_KEY/),
    })
    const file = join(walk.project.folder, '..', 'writer-password')
    expect(said).not.toContain((await readFile(file, 'utf8')).trim())
  },
)

test('a password in an environment is found, named, and not shown', slowly, async () => {
  const file = join(walk.project.folder, '..', 'writer-password')
  const password = (await readFile(file, 'utf8')).trim()
  const update = (flag: string) =>
    inside(walk.first, `docker service update ${flag} "$1" > /dev/null`, [`${walk.stack}_ingest`])
  await update(`--env-add NOTE=see:${password}`)
  try {
    const { code, found, said } = await verify('--only', 'secrets')
    expect({ code, state: found.secrets?.state }).toEqual({ code: 1, state: 'failed' })
    expect(found.secrets?.found).toMatch(/the writer password stands in service rehearsal_ingest on host-1/)
    expect(said).not.toContain(password)
  } finally {
    await update('--env-rm NOTE')
  }
})

test('a worker that is killed is taken over from, comes back, and nothing is lost', slowly, async () => {
  await vi.waitFor(async () => expect((await verify('--only', 'services,partitions')).code).toBe(0), {
    timeout: 240_000,
    interval: 2_000,
  })
  const refused = await walk.run('verify.ts', '--chaos')
  expect(refused.code).toBe(1)
  expect(refused.said).toContain('Give --yes to agree beforehand')
  const { code, said } = await walk.run('verify.ts', '--chaos', '--yes')
  expect(code, said).toBe(0)
  expect(said).toMatch(/killed: worker \d on host-1/)
  expect(said).toMatch(/2 of 3 workers are ready/)
  expect(said).toMatch(/partitions [\d, ]+ are counted on/)
  expect(said).toMatch(/12 over 3 workers: 4 \+ 4 \+ 4 again/)
  expect(said).toMatch(/conserved: /)
})

test('a service that is away is found with its words, and the exit code says so', slowly, async () => {
  const scale = (tasks: number) =>
    inside(walk.first, 'docker service scale --detach "$1=$2" > /dev/null', [
      `${walk.stack}_dashboard`,
      String(tasks),
    ])
  await scale(0)
  try {
    const away = async () => {
      const { code, found } = await verify('--skip', 'audit,secrets,database-tls')
      expect(code).toBe(1)
      expect(found.page?.state).toBe('failed')
      expect(found.lag).toMatchObject({ state: 'skipped', found: 'not looked at: needs page' })
      expect(found.host?.state).toBe('ok')
    }
    await vi.waitFor(away, { timeout: 120_000, interval: 2_000 })
  } finally {
    await scale(1)
  }
})
