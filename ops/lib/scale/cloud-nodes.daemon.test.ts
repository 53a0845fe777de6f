import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DescribeInstancesCommand, DescribeSecurityGroupsCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createOperator, type Operator } from '../../../test/cloud/operator.ts'
import { type Moto, startMoto } from '../../../test/engines/moto.ts'
import { type Cloud, openCloud } from '../cloud/cloud.ts'
import { testCredentials, testStack } from '../cloud/test-context.ts'

const slowly = { timeout: 180_000 }
const hostKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReVdnpNgM1ylpqXGSSbeXYb1WBV2vQP'

let moto: Moto
let cloud: Cloud
let operator: Operator

beforeAll(async () => {
  moto = await startMoto()
  for (const [name, value] of Object.entries({ ...testCredentials, AWS_ENDPOINT_URL: moto.url })) {
    vi.stubEnv(name, value)
  }
  cloud = await openCloud(testStack.region)
  operator = createOperator(moto.url)
  expect(await operator.run('provision.ts', ['--yes'])).toMatchObject({ code: 0 })
}, 240_000)

afterAll(async () => {
  vi.unstubAllEnvs()
  operator?.leave()
  await moto?.stop()
})

const described = () => readFileSync(join(dirname(operator.state), 'wikiflow.config.ts'), 'utf8')

async function running(): Promise<number> {
  const { Reservations = [] } = await cloud.ec2.send(new DescribeInstancesCommand({}))
  const instances = Reservations.flatMap(({ Instances = [] }) => Instances)
  return instances.filter(({ State }) => State?.Name === 'running').length
}

test('further hosts are a plan with its price, and not made without a yes', slowly, async () => {
  const before = described()
  const { code, out } = await operator.run('scale.ts', ['--nodes', '2', '--plan'])
  expect(code).toBe(2)
  expect(out).toMatch(/^\+ EC2 host +wikiflow-host-2 +\$3\d\.\d\d$/m)
  expect(out).toContain('Nothing was changed.')
  expect((await operator.run('scale.ts', ['--nodes', '2'])).err).toContain('Give --yes')
  expect(described()).toBe(before)
  expect(await running()).toBe(1)
})

test('agreed to they are made, the description says so, and the hosts reach each other', slowly, async () => {
  const before = described()
  const { code, out, err } = await operator.run('scale.ts', ['--nodes', '2', '--yes', '--over-budget'])
  expect(code, err).toBe(0)
  expect(out).toContain('2 hosts are there. Next: npx zx ops/deploy.ts')
  expect(described()).toBe(before.replace('"count": 1', '"count": 2'))
  expect(await running()).toBe(2)
  const { SecurityGroups = [] } = await cloud.ec2.send(
    new DescribeSecurityGroupsCommand({ GroupNames: ['wikiflow-host'] }),
  )
  const among = SecurityGroups.flatMap(({ IpPermissions = [] }) => IpPermissions)
    .filter(({ UserIdGroupPairs }) => UserIdGroupPairs?.length)
    .map(({ IpProtocol, FromPort, ToPort }) => `${IpProtocol} ${FromPort}-${ToPort}`)
  expect(among.toSorted()).toEqual(['tcp 2377-2377', 'tcp 7946-7946', 'udp 4789-4789', 'udp 7946-7946'])
  expect((await operator.run('provision.ts', ['--plan'])).code).toBe(0)
  expect((await operator.run('scale.ts', ['--nodes', '2', '--yes'])).out).toContain('2 hosts are there')
})

test('what runs on a host is asked before it is removed: unreached, nothing is', slowly, async () => {
  const before = described()
  const keys = ['host-1', 'host-2'].flatMap(name => ['--host-key', `${name} ${hostKey}`])
  const { code, err } = await operator.run('scale.ts', ['--nodes', '1', '--yes', ...keys])
  expect(code).toBe(1)
  expect(err).toContain('host-1')
  expect(await running()).toBe(2)
  expect(described()).toBe(before)
})
