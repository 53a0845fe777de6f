import { existsSync, globSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { testStack } from '../../ops/lib/cloud/test-context.ts'
import { inventory } from '../cloud/inventory.ts'
import { audit } from './walk/audit.ts'
import { type AwsWalk, openAwsWalk } from './walk/aws-walk.ts'
import { type Ended, type Running } from './walk/command.ts'

/** A loaded machine takes minutes where another takes seconds. */
const slowly = { timeout: 900_000 }

let walk: AwsWalk
let before: Map<string, unknown>

beforeAll(async () => {
  walk = await openAwsWalk({ source: { rate: 40 } })
  const stack = { ...testStack, pipeline: { ...testStack.pipeline, contact: 'rehearsal@example.org' } }
  await writeFile(
    join(walk.project.folder, 'wikiflow.config.ts'),
    `export const stack = ${JSON.stringify(stack)}\n`,
  )
  before = await inventory(walk.cloud)
}, 900_000)

afterAll(async () => {
  await walk?.close()
}, 60_000)

const migrate = (...args: string[]) => walk.start('migrate.ts', '--yes', ...args)

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
const wasCalled = (action: string) => walk.wire.calls.some(call => call.action === action)
const localTest = (path: string) => globSync(join(walk.state, 'local-test', '*', path)).length

test('before anything, ten steps are to be walked, with their bill', slowly, async () => {
  const { code, said } = await walk.start('migrate.ts', '--plan').ended
  expect(code, said).toBe(2)
  expect(said).toMatch(/^✓ +1 {2}production Compose file/m)
  expect(said).toMatch(/^· +10 /m)
  expect(said).toContain('11 to create.')
  expect(said).toContain('a month')
  expect(await inventory(walk.cloud)).toEqual(before)
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
  walk.wire.calls.length = 0
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
  const { first } = walk
  const page = await fetch(`http://${first.host.address}/`)
  expect(await page.text()).toContain('<title>')
  const { verdict, totals, said } = await audit(first, testStack.name, walk.rehearsal.site.source.tallyUrl)
  expect(verdict, said).toBe('conserved')
  expect(totals.records).toBeGreaterThan(0)
})

test('a service that is stopped by hand is to be run again, and its step says so', slowly, async () => {
  const { first } = walk
  await first.run('docker service scale --detach wikiflow_ingest=0')
  const { code, said } = await walk.start('migrate.ts', '--plan').ended
  expect(code, said).toBe(2)
  expect(said).toMatch(/^[·?] +9 {2}run it /m)
})

test('destroyed, the account is as empty as before', slowly, async () => {
  const { code, said } = await walk.start(
    'destroy.ts',
    '--confirm',
    testStack.name,
    '--purge',
    '--no-final-snapshot',
  ).ended
  expect(code, said).toBe(0)
  expect(await inventory(walk.cloud)).toEqual(before)
  expect(existsSync(join(walk.state, 'local-test'))).toBe(true)
})
