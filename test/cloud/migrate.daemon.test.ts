import { readdir } from 'node:fs/promises'
import { DeleteBucketPolicyCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Cloud, openCloud } from '../../ops/lib/cloud/cloud.ts'
import { testCredentials } from '../../ops/lib/cloud/test-context.ts'
import { type MigrationOutcome } from '../../ops/lib/migrate/migrate.ts'
import { type AwsWire, startAwsWire } from '../engines/aws-wire.ts'
import { type Moto, startMoto } from '../engines/moto.ts'
import { inventory } from './inventory.ts'
import { createOperator, type Operator } from './operator.ts'

const bucket = 'wikiflow-123456789012-us-east-1'
const infrastructure = ['--only', 'database,bucket,host']

let moto: Moto
let wire: AwsWire
let cloud: Cloud
let operator: Operator
let before: Map<string, unknown>

beforeAll(async () => {
  moto = await startMoto()
  wire = await startAwsWire(moto.url)
  for (const [name, value] of Object.entries({ ...testCredentials, AWS_ENDPOINT_URL: moto.url }))
    vi.stubEnv(name, value)
  cloud = await openCloud('us-east-1')
  before = await inventory(cloud)
  operator = createOperator(wire.url)
})

afterAll(async () => {
  operator?.leave()
  vi.unstubAllEnvs()
  await wire?.stop()
  await moto?.stop()
})

async function migrate(...args: string[]): Promise<{ code: number | null; outcome: MigrationOutcome }> {
  const { code, out, err } = await operator.run('migrate.ts', ['--json', ...args])
  try {
    return { code, outcome: JSON.parse(out) }
  } catch {
    throw new Error(`it ended with ${code} and no JSON:\n${out}${err}`)
  }
}

/** State and evidence of the steps of a phase, by their ids. */
function stepsIn({ steps }: MigrationOutcome, phase: string): Record<string, string> {
  const own = steps.filter(step => step.phase === phase)
  return Object.fromEntries(own.map(({ id, state, evidence }) => [id, `${state}: ${evidence}`]))
}

test('in an empty account the plan has its bill, and changes nothing there or here', async () => {
  const { code, outcome } = await migrate('--plan')
  const nothing = 'to do: nothing of it is there'
  expect(stepsIn(outcome, 'infrastructure')).toEqual({ database: nothing, bucket: nothing, host: nothing })
  expect(outcome).toMatchObject({ result: 'planned', bill: { from: 'plan', credit: { remainingUsd: 100 } } })
  expect(outcome.bill?.usd).toBeGreaterThan(30)
  expect(code).toBe(2)
  expect(await inventory(cloud)).toEqual(before)
  expect(await readdir(operator.state).catch(() => [])).toEqual([])
}, 300_000)

test('where nobody can be asked nothing is made, and what would be is shown', async () => {
  const { code, out } = await operator.run('migrate.ts', infrastructure)
  expect({ code, out }).toEqual({ code: 2, out: expect.stringContaining(`+ S3 bucket `) })
  expect(out).toContain('11 to create.')
  expect(out).toContain('there is no terminal to ask on')
  expect(await inventory(cloud)).toEqual(before)
}, 300_000)

test('a step alone comes with what it needs, and the others stay to do', async () => {
  const { code, outcome } = await migrate('--yes', '--only', 'bucket')
  expect({ code, result: outcome.result }).toEqual({ code: 0, result: 'done' })
  expect(stepsIn(outcome, 'infrastructure')).toEqual({
    database: 'to do: nothing of it is there',
    bucket: `done: ${bucket}`,
    host: 'to do: nothing of it is there',
  })
}, 300_000)

test('killed at what makes each of the three steps, it goes on from there', async () => {
  const killAt = new Set(['ec2:RunInstances', 'rds:CreateDBInstance', 'ec2:AssociateAddress'])
  for (;;) {
    const run = operator.start('migrate.ts', ['--yes', ...infrastructure])
    let killed = false
    wire.onAnswer = call => {
      if (killed || !killAt.delete(call.action)) return
      killed = true
      run.kill()
    }
    const { code, out } = await run.ended
    wire.onAnswer = () => {}
    if (killed) continue
    expect({ code, out }).toMatchObject({
      code: 0,
      out: expect.stringContaining('What was asked for is done'),
    })
    break
  }
  // Host and database are made at the same time: one may be there when the other's call is killed.
  expect(killAt.size).toBeLessThan(2)
}, 500_000)

test('walked to its end, the three steps are done, and the hosts are next', async () => {
  const { code, outcome } = await migrate('--yes', ...infrastructure)
  expect({ code, problem: outcome.problem }).toEqual({ code: 0 })
  const { host, ...others } = stepsIn(outcome, 'infrastructure')
  expect(others).toEqual({ database: 'done: wikiflow', bucket: `done: ${bucket}` })
  expect(host).toMatch(/^done: i-[0-9a-f]+ at \d+\.\d+\.\d+\.\d+$/)
  expect(stepsIn(outcome, 'deploy')).toEqual({
    ship: expect.stringMatching(/^to do: host-1 \(.*\) was not reached from this machine yet$/),
    run: expect.stringMatching(/^to do: host-1 /),
    check: expect.stringMatching(/^to do: host-1 /),
  })
  const kinds = [...(await inventory(cloud)).keys()].map(key => key.replace(/ \S+$/, ''))
  expect(kinds.filter(kind => kind === 'instance' || kind === 'database')).toHaveLength(
    [...before.keys()].filter(key => /^(instance|database) /.test(key)).length + 2,
  )
}, 300_000)

test('what was changed by hand is to do again, and is put back', async () => {
  await cloud.s3.send(new DeleteBucketPolicyCommand({ Bucket: bucket }))
  const { outcome } = await migrate('--plan')
  expect(stepsIn(outcome, 'infrastructure').bucket).toBe('to do: changed by hand: S3 bucket')
  expect((await migrate('--yes', '--only', 'bucket')).code).toBe(0)
}, 300_000)

test('a paused stack is to do, and says that it is paused', async () => {
  expect((await operator.run('pause.ts', ['--yes'])).code).toBe(0)
  const { outcome } = await migrate('--plan')
  const { database, host } = stepsIn(outcome, 'infrastructure')
  expect({ database, host }).toEqual({
    database: 'to do: paused: RDS PostgreSQL',
    host: 'to do: paused: EC2 host',
  })
  expect((await migrate('--yes', ...infrastructure)).code).toBe(0)
}, 300_000)

test('a host that does not answer is not known to be anything', async () => {
  const key = 'host-1 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReVdnpNgM1ylpqXGSSbeXYb1WBV2vQP'
  const { outcome } = await migrate('--plan', '--host-key', key)
  expect(stepsIn(outcome, 'deploy').ship).toMatch(/^unknown: host-1 \(.*\) refused the connection/)
}, 300_000)

test('destroyed, all of it is to do again, and the account is as it was', async () => {
  const forGood = ['--confirm', 'wikiflow', '--purge', '--no-final-snapshot']
  expect((await operator.run('destroy.ts', forGood)).code).toBe(0)
  const { outcome } = await migrate('--plan')
  expect(stepsIn(outcome, 'infrastructure').database).toBe('to do: nothing of it is there')
  expect(await inventory(cloud)).toEqual(before)
}, 300_000)
