import { existsSync, globSync } from 'node:fs'
import { chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { parse, stringify } from 'yaml'
import { type Cloud, openCloud } from '../../ops/lib/cloud/cloud.ts'
import { keyFiles } from '../../ops/lib/cloud/key-files.ts'
import { testCredentials, testStack } from '../../ops/lib/cloud/test-context.ts'
import { stackId } from '../../ops/lib/stack/names.ts'
import { inventory } from '../cloud/inventory.ts'
import { type AwsCall, type AwsWire, startAwsWire } from '../engines/aws-wire.ts'
import { openRehearsal, type Rehearsal } from './rehearsal.ts'
import { audit } from './walk/audit.ts'
import { type Ended, type Running, startCommand } from './walk/command.ts'
import { copyProject, type Project } from './walk/project.ts'

/** A loaded machine takes minutes where another takes seconds. */
const slowly = { timeout: 900_000 }

let rehearsal: Rehearsal
let project: Project
let wire: AwsWire
let cloud: Cloud
let state: string
let before: Map<string, unknown>

/** What AWS would give, in the places of what moto answers: the host is a machine of the rehearsal, RDS its database. */
function leadHere({ action }: AwsCall, text: string): string {
  const [machine] = rehearsal.machines
  const { host, port } = rehearsal.site.database
  if (action.startsWith('ec2:')) {
    return text.replace(/<(publicIp|privateIpAddress|ipAddress)>[^<]+</g, `<$1>${machine.host.address}<`)
  }
  if (!action.startsWith('rds:')) return text
  return text.replace(/<Endpoint>.*?<\/Endpoint>/gs, endpoint =>
    endpoint.replace(/<Address>[^<]*</, `<Address>${host}<`).replace(/<Port>[^<]*</, `<Port>${port}<`),
  )
}

type Tree = { [key: string]: unknown }
const isTree = (value: unknown): value is Tree => value?.constructor === Object

/** A Compose file over another, as Docker reads two of them; lists are replaced. */
function over(below: Tree, above: Tree): Tree {
  const entries = Object.entries(above).map(([key, value]) => {
    const was = below[key]
    return [key, isTree(was) && isTree(value) ? over(was, value) : value]
  })
  return { ...below, ...Object.fromEntries(entries) }
}

/** What of a host's surroundings is AWS's own: where S3 answers and as whom, Wikimedia's stream, Redpanda's image. */
async function surroundings(): Promise<Tree> {
  const { lake, source } = rehearsal.site
  const files = ['kafka.compose.yml', 'quick.compose.yml'].map(name => join(import.meta.dirname, name))
  const read = await Promise.all(
    files.map(async file => parse(await readFile(file, 'utf8'), { merge: true })),
  )
  const here = {
    services: {
      ingest: { environment: { SOURCE_URL: source.url } },
      batch: {
        environment: {
          LAKE_ROTATE_S: '5',
          AWS_ENDPOINT_URL: lake.endpoint,
          AWS_ACCESS_KEY_ID: lake.credentials.accessKeyId,
          AWS_SECRET_ACCESS_KEY: lake.credentials.secretAccessKey,
        },
      },
    },
  }
  return [...read, here].reduce(over, {})
}

beforeAll(async () => {
  rehearsal = await openRehearsal({ source: { rate: 40 } })
  const { site, machines } = rehearsal
  const [machine] = machines
  const folder = dirname(await rehearsal.targetFile())
  project = await copyProject(join(folder, 'project'))
  const above = await surroundings()
  await project.edit('compose/docker-compose.prod.yml', text =>
    stringify(over(parse(text, { merge: true }), above)),
  )
  const stack = { ...testStack, pipeline: { ...testStack.pipeline, contact: 'rehearsal@example.org' } }
  await writeFile(
    join(project.folder, 'wikiflow.config.ts'),
    `export const stack = ${JSON.stringify(stack)}\n`,
  )

  wire = await startAwsWire(site.lake.endpoint)
  wire.reword = leadHere
  for (const [name, value] of Object.entries({ ...testCredentials, AWS_ENDPOINT_URL: wire.url }))
    vi.stubEnv(name, value)
  cloud = await openCloud(stack.region)
  before = await inventory(cloud)

  // PostgreSQL's own user must reach the test on this machine: not in the operator's folder, which is his alone.
  state = join(dirname(folder), 'state')
  await mkdir(state, { mode: 0o711 })
  // The host and the database stand already: the operator has their key and password from the start.
  const files = keyFiles(state, stackId(stack, cloud.account))
  await mkdir(files.folder, { recursive: true, mode: 0o700 })
  await copyFile(machine.host.identity ?? '', files.sshKey)
  await copyFile(site.database.passwordFile, files.masterPassword)
  await copyFile(site.database.ca, join(files.folder, 'database-ca.pem'))
  for (const file of [files.sshKey, files.masterPassword]) await chmod(file, 0o600)
}, 900_000)

afterAll(async () => {
  vi.unstubAllEnvs()
  await wire?.stop()
  await rehearsal?.close()
}, 60_000)

const start = (script: string, ...args: string[]) =>
  startCommand(project.folder, script, ['--state', state, ...args])

const hostKey = () => ['--host-key', `host-1 ${rehearsal.machines[0].hostKey}`]
const migrate = (...args: string[]) => start('migrate.ts', '--yes', ...hostKey(), ...args)

/** Kills a run as soon as something is so; @returns how it ended, when it was faster. */
async function killWhen(run: Running, isSo: () => boolean): Promise<Ended | undefined> {
  let ended: Ended | undefined
  void run.ended.then(how => {
    ended = how
  })
  await vi.waitUntil(() => ended !== undefined || isSo(), { timeout: 600_000, interval: 20 })
  if (ended) return ended
  run.kill()
  await run.ended
  return undefined
}

/** Whether AWS was called so since the wire was last asked to forget. */
const wasCalled = (action: string) => wire.calls.some(call => call.action === action)
const localTest = (path: string) => globSync(join(state, 'local-test', '*', path)).length

test('before anything, ten steps are to be walked, with their bill', slowly, async () => {
  const { code, said } = await start('migrate.ts', '--plan').ended
  expect(code, said).toBe(2)
  expect(said).toMatch(/^✓ +1 {2}production Compose file/m)
  expect(said).toMatch(/^· +10 /m)
  expect(said).toContain('11 to create.')
  expect(said).toContain('a month')
  expect(await inventory(cloud)).toEqual(before)
})

/** Each of the ten steps in its midst: what is seen of it from outside. */
const midsts: readonly [step: string, isSo: (run: Running) => boolean][] = [
  ['1 compose', run => /^✓ +1 /m.test(run.said())],
  ['2 stream', () => localTest('run.json') > 0],
  ['3 batch', () => localTest('simulate/lake/**/*.parquet') > 0],
  ['4 local-test', () => localTest('simulate/lake/**/*.parquet') >= 12],
  ['6 bucket', () => wasCalled('s3:CreateBucket')],
  ['7 host', () => wasCalled('ec2:RunInstances')],
  ['5 database', () => wasCalled('rds:CreateDBInstance')],
  ['8 ship', run => /building wikiflow:/.test(run.said())],
  ['9 run', run => /^ +all services/m.test(run.said())],
  ['10 check', run => /events on the page/.test(run.said())],
]

test.each(midsts)('killed at step %s, nothing is lost of what was done', slowly, async (step, isSo) => {
  wire.calls.length = 0
  const run = migrate()
  const ended = await killWhen(run, () => isSo(run))
  // What is made at the same time as the one before may be there: then the run went on to its end, or to a later step.
  if (ended) expect(ended.code, `${step}: ${ended.said}`).toBe(0)
})

test('run once more, it goes on from there, and all ten steps are done', slowly, async () => {
  const { code, said } = await migrate().ended
  expect(code, said).toBe(0)
  expect(said).toContain('All 10 steps are done: the pipeline serves.')
  const again = await migrate('--plan', '--json').ended
  expect(again.code, again.said).toBe(0)
  const states = JSON.parse(again.stdout).steps.map((one: { state: string }) => one.state)
  expect(states).toEqual(Array(10).fill('done'))
})

test('what it made loses nothing, and its page is open to the operator', slowly, async () => {
  const [machine] = rehearsal.machines
  const page = await fetch(`http://${machine.host.address}/`)
  expect(await page.text()).toContain('<title>')
  const { verdict, totals, said } = await audit(machine, testStack.name, rehearsal.site.source.tallyUrl)
  expect(verdict, said).toBe('conserved')
  expect(totals.records).toBeGreaterThan(0)
})

test('a service that is stopped by hand is to be run again, and its step says so', slowly, async () => {
  const [machine] = rehearsal.machines
  await machine.run('docker service scale --detach wikiflow_ingest=0')
  const { code, said } = await start('migrate.ts', '--plan', ...hostKey()).ended
  expect(code, said).toBe(2)
  expect(said).toMatch(/^[·?] +9 {2}run it /m)
})

test('destroyed, the account is as empty as before', slowly, async () => {
  const { code, said } = await start(
    'destroy.ts',
    '--confirm',
    testStack.name,
    '--purge',
    '--no-final-snapshot',
  ).ended
  expect(code, said).toBe(0)
  expect(await inventory(cloud)).toEqual(before)
  expect(existsSync(join(state, 'local-test'))).toBe(true)
})
