import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Moto, startMoto } from '../test/engines/moto.ts'
import { type Result } from './lib/checks/check.ts'
import { prepareChecks } from './lib/checks/prepare.ts'
import { runChecks } from './lib/checks/run.ts'
import { stackContext } from './lib/checks/stack-context.ts'
import { inWords } from './lib/cloud/errors.ts'
import { testCredentials } from './lib/cloud/test-context.ts'
import { configText } from './lib/stack/template.ts'

const ops = fileURLToPath(new URL('.', import.meta.url))
/** moto's account. */
const account = '123456789012'

let moto: Moto
let folder: string
beforeAll(async () => {
  moto = await startMoto()
  for (const [name, value] of Object.entries({ ...testCredentials, AWS_ENDPOINT_URL: moto.url })) {
    vi.stubEnv(name, value)
  }
  vi.stubEnv('AWS_PROFILE', undefined)
  folder = mkdtempSync(join(tmpdir(), 'wikiflow-prepare-'))
})
afterAll(async () => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
  await moto.stop()
})

/** The description of a stack of this name, as init writes it. */
function config(name: string, change: (text: string) => string = text => text): string {
  const text = configText({
    ...{ name, region: 'us-east-1', cidrs: ['203.0.113.7/32'], contact: 'me@example.org' },
    priceOf: () => undefined,
  })
  const file = join(folder, `${name}.config.ts`)
  const schema = pathToFileURL(join(ops, 'lib/stack/schema.ts')).href
  writeFileSync(file, change(text.replace('./ops/lib/stack/schema.ts', schema)))
  return file
}

/** Runs the script as a person does, without the local stack. */
function prepare(...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = [join(ops, 'prepare.ts'), '--skip-local', '--state', join(folder, 'state'), ...args]
  return new Promise(settle => {
    execFile(process.execPath, child, (error, stdout, stderr) =>
      settle({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr }),
    )
  })
}

/** Its results without those of the release, which take the compiler's time. */
async function results(file: string): Promise<Record<string, Result>> {
  const checks = prepareChecks.filter(({ id }) => id !== 'release' && id !== 'local')
  const context = stackContext(ops, join(folder, 'state'), file)
  const found = await runChecks(checks, context, { explain: inWords })
  return Object.fromEntries(found.map(result => [result.id, result]))
}

test('an empty account is ready: each line says what was found, the last what to do next', {
  timeout: 120_000,
}, async () => {
  const { code, stdout } = await prepare('--config', config('wikiflow'))
  const lines = stdout.trimEnd().split('\n')
  expect({ code, failed: lines.filter(line => line.startsWith('failed')) }).toEqual({ code: 0, failed: [] })
  expect(stdout).toMatch(/^ok +wikiflow\.config\.ts +wikiflow in us-east-1: 1 × t3\.medium, db\.t4g\.micro$/m)
  expect(stdout).toMatch(
    new RegExp(`^ok +credentials +arn:aws:sts::${account}:user/moto in account ${account}$`, 'm'),
  )
  expect(stdout).toMatch(
    /^warning +plan and credit +.*: the credit of \$100\.00 is what wikiflow\.config\.ts says$/m,
  )
  expect(stdout).toMatch(/^ok +region +us-east-1a has t3\.medium \(2 vCPUs, 4 GB, x86_64\); vpc-/m)
  expect(stdout).toMatch(/^ok +names on AWS +all free: 1\d parts are to be made$/m)
  expect(stdout).toMatch(/^ok +price +\$5\d\.\d\d a month in us-east-1: \$100\.00 of credit last \d\d days$/m)
  expect(stdout).toMatch(/^ok +release builds +[0-9a-f]{12}: \d+ files, \d+ kB, type-checked$/m)
  expect(lines.at(-2)).toMatch(/^Ready, with \d warnings: nothing was changed on AWS\.$/)
  expect(lines.at(-1)).toMatch(/^Next: npx zx ops\/provision\.ts --config '.+' --state '.+' --plan$/)
  expect(stdout).not.toContain('\u001b')
})

test("a bucket of the stack's name that it didn't make is a clash, found before anything is made", {
  timeout: 120_000,
}, async () => {
  const s3 = new S3Client({
    region: 'us-east-1',
    endpoint: moto.url,
    forcePathStyle: true,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  const bucket = `taken-${account}-us-east-1`
  await s3.send(new CreateBucketCommand({ Bucket: bucket }))
  const { names } = await results(config('taken'))
  expect(names).toMatchObject({
    state: 'failed',
    found: expect.stringContaining(
      `S3 bucket ${bucket} exists (${bucket}) and doesn't carry this stack's tags`,
    ),
  })
})

test('a wrong description is one failure; what needs it is not looked at, the machine is', {
  timeout: 120_000,
}, async () => {
  const file = config('wrong', text => text.replace('count: 1', 'count: 0'))
  const { config: described, credentials, names, node } = await results(file)
  expect(described?.found).toMatch(
    /wrong\.config\.ts:\d+ {2}host\.count is 0; allowed: a whole number from 1 to 9$/,
  )
  expect([credentials?.state, names?.state, node?.state]).toEqual(['skipped', 'skipped', 'ok'])
  expect(names?.found).toBe('not looked at: needs region')
})

test('without credentials the account is not looked at, and a sentence says how to get some', {
  timeout: 120_000,
}, async () => {
  const none = join(folder, 'none')
  vi.stubEnv('AWS_ACCESS_KEY_ID', undefined)
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined)
  vi.stubEnv('AWS_CONFIG_FILE', none)
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', none)
  const { credentials, plan, region } = await results(config('nobody'))
  expect(credentials?.state).toBe('failed')
  expect(credentials?.found).toMatch(/aws (sso login|configure)/)
  expect([plan?.state, region?.state]).toEqual(['skipped', 'skipped'])
})
