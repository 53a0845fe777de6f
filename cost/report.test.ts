import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testStack } from '../ops/lib/cloud/test-context.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
let folder: string
let config: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wikiflow-report-'))
  config = await configOf('us', testStack)
})
afterAll(async () => rm(folder, { recursive: true, force: true }))

async function configOf(name: string, stack: object): Promise<string> {
  const path = join(folder, `${name}.config.ts`)
  await writeFile(path, `export const stack = ${JSON.stringify(stack)}\n`)
  return path
}

type Ran = { code: number; out: string; err: string }

/** The script as a process without any credentials of AWS. */
function report(args: readonly string[], project = root): Promise<Ran> {
  const env = { PATH: process.env.PATH, HOME: folder, NO_COLOR: '1' }
  return new Promise(settle => {
    execFile(
      process.execPath,
      [join(project, 'cost/report.ts'), ...args],
      { env, cwd: project },
      (error, out, err) => settle({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    )
  })
}

test('without credentials it is the plan: every line, the total, the days, and 0', async () => {
  const { code, out, err } = await report(['--config', config])
  expect({ code, err }).toEqual({ code: 0, err: '' })
  for (const part of ['EC2 host', 'public IPv4', 'CPU surplus, RDS', '$51.10', 'lasts 59 days'])
    expect(out).toContain(part)
})

test('without a description it says how to make one', async () => {
  expect(await report(['--config', join(folder, 'none.ts')])).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringContaining('npx zx ops/init.ts'),
  })
})

test('in a region without prices it gives a lower bound, names what is missing, and 1', async () => {
  const { code, out } = await report([
    '--json',
    '--config',
    await configOf('cape', { ...testStack, region: 'af-south-1' }),
  ])
  expect(code).toBe(1)
  expect(JSON.parse(out)).toMatchObject({
    verdict: "couldn't tell",
    planned: { unpriced: expect.arrayContaining(['rds:db.t4g.micro']) },
  })
})

test('a credit that has ended is 2, and so is one that what-if outgrows', async () => {
  const ended = await report(['--credit', '100', '--since', '2026-01-01', '--config', config])
  expect(ended).toMatchObject({ code: 2, out: expect.stringContaining('used up') })
  expect((await report(['--nodes', '9', '--config', config])).code).toBe(2)
})

test('a source that credentials are missing for is named with the reason, and the plan goes on', async () => {
  const env = ['--live', '--json', '--config', config]
  const { code, out } = await report(env)
  expect(code).toBe(0)
  expect(JSON.parse(out)).toMatchObject({
    planned: { unpriced: [] },
    unavailable: [
      { source: 'live', why: expect.stringMatching(/credentials/i) },
      { source: 'credit', why: expect.stringMatching(/credentials/i) },
    ],
    credit: { source: 'config', remainingUsd: 100 },
  })
}, 60_000)

test.each([
  [['--json', '--csv'], 'give one of them'],
  [['--credit', 'a lot'], '--credit "a lot"; allowed'],
  [['--retention', 'long', '--events', 'many'], '--retention "long"; allowed'],
  [['--surprise'], "'--surprise'"],
])('a mistake is a sentence without a stack trace: %j', async (args, said) => {
  const { code, out, err } = await report([...args, '--config', config])
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(err).toContain(said)
  expect(err).not.toMatch(/^\s+at /m)
})

test('--csv, --markdown and --html write what was asked for', async () => {
  expect((await report(['--csv', '--config', config])).out).toContain('ec2:t3.medium')
  expect((await report(['--markdown', '--config', config])).out).toMatch(/^\|.*\|$/m)
  const page = join(folder, 'bill.html')
  expect((await report(['--html', page, '--config', config])).code).toBe(0)
}, 60_000)

test('garbage among the prices is a sentence that names the entry', async () => {
  const copy = join(folder, 'project')
  await mkdir(join(copy, 'runtime'), { recursive: true })
  for (const part of ['cost', 'ops', 'runtime/src', 'package.json']) {
    await cp(join(root, part), join(copy, part), { recursive: true })
  }
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'))
  await writeFile(
    join(copy, 'cost/prices.json'),
    JSON.stringify({ sources: {}, prices: [{ item: 'ec2:t3.medium', usd: 'cheap' }] }),
  )
  const { code, out, err } = await report(['--config', config], copy)
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(err).toMatch(/^cost\/prices\.json: entry 1, .*"cheap"/)
  expect(err).not.toMatch(/^\s+at /m)
})
