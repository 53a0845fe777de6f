import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import {
  EC2Client,
  ModifyInstanceMetadataOptionsCommand,
  paginateDescribeInstances,
} from '@aws-sdk/client-ec2'
import { ModifyDBInstanceCommand, RDSClient } from '@aws-sdk/client-rds'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Moto, startMoto } from '../test/engines/moto.ts'
import { type Result } from './lib/checks/check.ts'
import { applyPlan } from './lib/cloud/apply.ts'
import { openStack } from './lib/cloud/open.ts'
import { makePlan } from './lib/cloud/plan.ts'
import { testCredentials } from './lib/cloud/test-context.ts'
import { configText } from './lib/stack/template.ts'

const ops = fileURLToPath(new URL('.', import.meta.url))
/** Checks that ask AWS alone. */
const asksAws = 'resources,backups,imdsv2,spend'

let moto: Moto
let folder: string
let config: string
beforeAll(async () => {
  moto = await startMoto()
  for (const [name, value] of Object.entries({ ...testCredentials, AWS_ENDPOINT_URL: moto.url })) {
    vi.stubEnv(name, value)
  }
  vi.stubEnv('AWS_PROFILE', undefined)
  folder = mkdtempSync(join(tmpdir(), 'wikiflow-verify-'))
  config = join(folder, 'wikiflow.config.ts')
  const text = configText({
    ...{ name: 'wikiflow', region: 'us-east-1', cidrs: ['203.0.113.7/32'], priceOf: () => undefined },
  })
  const schema = pathToFileURL(join(ops, 'lib/stack/schema.ts')).href
  writeFileSync(config, text.replace('./ops/lib/stack/schema.ts', schema))
})
afterAll(async () => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
  await moto.stop()
})

/** Runs the script as a person does. */
async function verify(...args: string[]): Promise<{ code: number; found: Record<string, Result> }> {
  const state = join(folder, 'state')
  const flags = ['--json', '--config', config, '--state', state, ...args]
  const { code, stdout } = await new Promise<{ code: number; stdout: string }>(settle => {
    execFile(process.execPath, [join(ops, 'verify.ts'), ...flags], (error, stdout) =>
      settle({ code: error ? Number(error.code ?? -1) : 0, stdout }),
    )
  })
  const checks: Result[] = JSON.parse(stdout).checks
  return { code, found: Object.fromEntries(checks.map(check => [check.id, check])) }
}

test('an empty account lacks everything, and the hosts are not looked for in vain', {
  timeout: 120_000,
}, async () => {
  const { code, found } = await verify('--only', `${asksAws},lag`)
  expect(code).toBe(1)
  expect(found.resources).toMatchObject({
    state: 'failed',
    found: expect.stringMatching(/^none of 1\d parts is there$/),
    fix: `npx zx ops/provision.ts --config '${config}' --state '${join(folder, 'state')}'`,
  })
  expect(found.host).toMatchObject({
    state: 'failed',
    found: expect.stringMatching(/^there is no stack wikiflow/),
  })
  expect(found.lag?.state).toBe('skipped')
  expect([found.backups?.state, found.imdsv2?.state, found.spend?.state]).toEqual(['failed', 'failed', 'ok'])
})

test('a stack that stands is as described; what is changed by hand is found', {
  timeout: 240_000,
}, async () => {
  const open = await openStack({ config, state: join(folder, 'state') })
  const { failures } = await applyPlan(open.context.id, await makePlan(open.parts), () => {})
  expect(failures).toEqual([])
  const well = await verify('--only', asksAws)
  expect(well.found.resources).toMatchObject({ state: 'ok', found: expect.stringMatching(/^1\d parts, all/) })
  expect(well.found.imdsv2).toMatchObject({
    state: 'ok',
    found: 'wikiflow-host-1: IMDSv2 alone, hop limit 2',
  })
  expect(well.found.backups?.found).toMatch(/^kept for 7 days; /)
  expect(well.found.spend?.found).toMatch(/^wikiflow in us-east-1: 0 % of the credit of \$100\.00 is used/)

  const ec2 = new EC2Client({ region: 'us-east-1' })
  for await (const { Reservations } of paginateDescribeInstances({ client: ec2 }, {})) {
    for (const { InstanceId } of (Reservations ?? []).flatMap(({ Instances }) => Instances ?? [])) {
      await ec2.send(new ModifyInstanceMetadataOptionsCommand({ InstanceId, HttpTokens: 'optional' }))
    }
  }
  const rds = new RDSClient({ region: 'us-east-1' })
  await rds.send(new ModifyDBInstanceCommand({ DBInstanceIdentifier: 'wikiflow', BackupRetentionPeriod: 0 }))
  const { code, found } = await verify('--only', asksAws)
  expect(code).toBe(1)
  expect(found.imdsv2).toMatchObject({ state: 'failed', found: expect.stringContaining('IMDSv1 too') })
  expect(found.backups).toMatchObject({ state: 'failed', found: 'the database makes no backups' })
  expect(found.resources?.found).toMatch(
    /EC2 host wikiflow-host-1 was changed by hand\n {2}metadata {2}IMDSv1 too/,
  )
})
