import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Machine } from './machines/machine.ts'
import { type AuditDepth, audit } from './walk/audit.ts'
import { containersOf, inside } from './walk/containers.ts'
import { openWalk, type Walk } from './walk/walk.ts'

/** A loaded machine takes minutes where another takes seconds. */
const slowly = { timeout: 600_000 }

let walk: Walk
/** The file that describes the hosts. */
let target: string
let first: Machine
let second: Machine

beforeAll(async () => {
  walk = await openWalk({ hosts: 2, source: { rate: 20 } })
  const [one, two] = walk.rehearsal.machines
  if (!two) throw new Error('there is no second host')
  first = one
  second = two
  target = await walk.describe({ workers: 3, nodes: 1 })
  await walk.must('deploy.ts', '--yes')
}, 900_000)

afterAll(async () => {
  await walk?.close()
}, 60_000)

const workersOn = async (machine: Machine) => (await containersOf(machine, walk.stack, 'worker')).length

/** What the Swarm says of the second host: `Ready`, `Down`, nothing. */
const stateOfSecond = () =>
  inside(
    first,
    `docker node ls --format '{{.Hostname}} {{.Status}} {{.Availability}}' | sed -n 's/^host-2 //p'`,
  )

async function until(look: () => Promise<unknown>, expected: unknown): Promise<void> {
  await vi.waitFor(async () => expect(await look()).toEqual(expected), { timeout: 120_000, interval: 1_000 })
}

/** Log, database and lake, held against each other wherever the lake's service runs. */
async function expectConserved(depth: AuditDepth = 'books'): Promise<void> {
  for (const machine of [first, second]) {
    const isThere = (await containersOf(machine, walk.stack, 'batch')).length > 0
    if (!isThere) continue
    const { code, said, totals } = await audit(
      machine,
      walk.stack,
      walk.rehearsal.site.source.tallyUrl,
      depth,
    )
    expect(code, said).toBe(0)
    expect(totals.records).toBeGreaterThan(1_000)
    return
  }
  throw new Error("the lake's service runs nowhere")
}

const deployHasNothingToDo = async () =>
  expect(await walk.must('deploy.ts', '--yes')).toContain('Nothing to do')

test(
  'six workers share the log where three did; the description alone has changed, and deploy sees it so',
  slowly,
  async () => {
    const before = await readFile(target, 'utf8')
    const plan = await walk.run('scale.ts', '--workers', '6', '--plan')
    expect(plan.code, plan.said).toBe(2)
    expect(plan.said).toContain('3 → 6 workers')
    expect(await readFile(target, 'utf8')).toBe(before)
    expect(await walk.must('scale.ts', '--workers', '6', '--yes')).toContain(
      '6 workers run, and have shared out the log',
    )
    expect(await readFile(target, 'utf8')).toBe(before.replace('"workers": 3', '"workers": 6'))
    expect(await workersOn(first)).toBe(6)
    await deployHasNothingToDo()
    expect(await walk.must('scale.ts', '--workers', '6', '--yes')).toContain('Nothing to do')
  },
)

test('a second host joins, gets the image, and half of the workers', slowly, async () => {
  const said = await walk.must('scale.ts', '--nodes', '2', '--yes')
  expect(said).toContain('+ host-2  joins the Swarm')
  expect([await workersOn(first), await workersOn(second)]).toEqual([3, 3])
  await deployHasNothingToDo()
})

test(
  'cut off, its work moves; a deploy goes on without it, and the next one takes it in again',
  slowly,
  async () => {
    await second.cutOff()
    await until(stateOfSecond, 'Down Active')
    await until(() => workersOn(first), 6)
    const status = await walk.run('status.ts')
    expect(status.code).toBe(1)
    expect(status.said).toMatch(/^host-2 +down/m)
    const restore = await walk.describeAs(text => text.replace('"workers": 6', '"workers": 4'))
    expect(await walk.must('deploy.ts', '--yes')).toContain('host-2 is down, and left out')
    expect(await workersOn(first)).toBe(4)
    await second.reconnect()
    await until(stateOfSecond, 'Ready Drain')
    await restore()
    expect(await walk.must('deploy.ts', '--yes')).toContain('Hosts that join: host-2')
    expect([await workersOn(first), await workersOn(second)]).toEqual([3, 3])
    await expectConserved()
  },
)

test('back from a while alone, it gets its share by the same number again', slowly, async () => {
  await second.cutOff()
  await until(() => workersOn(first), 6)
  await second.reconnect()
  await until(stateOfSecond, 'Ready Active')
  expect(await walk.must('scale.ts', '--workers', '6', '--yes')).toContain('6 workers run')
  expect([await workersOn(first), await workersOn(second)]).toEqual([3, 3])
})

test('lost for good, it is forgotten; come back all the same, it joins anew', slowly, async () => {
  await second.cutOff()
  await until(stateOfSecond, 'Down Active')
  expect(await walk.must('scale.ts', '--nodes', '1', '--yes')).toContain(
    'host-2  is down: the Swarm forgets it',
  )
  expect(await stateOfSecond()).toBe('')
  await second.reconnect()
  await walk.must('scale.ts', '--nodes', '2', '--yes')
  expect(await stateOfSecond()).toBe('Ready Active')
  expect(await workersOn(second)).toBe(3)
})

test(
  'killed while a host leaves, the same command goes on; all is moved, and nothing lost',
  slowly,
  async () => {
    const leaving = walk.start('scale.ts', '--nodes', '1', '--yes')
    await leaving.until(/host-2 leaves/)
    leaving.kill()
    expect((await leaving.ended).code).toBe(137)
    await vi.waitFor(() => walk.must('scale.ts', '--nodes', '1', '--yes'), {
      timeout: 240_000,
      interval: 5_000,
    })
    expect(await stateOfSecond()).toBe('')
    expect([await workersOn(first), await workersOn(second)]).toEqual([6, 0])
    expect(JSON.parse(await readFile(target, 'utf8'))).toMatchObject({ nodes: 1, workers: 6 })
    await expectConserved()
  },
)

test('fewer workers take over what the others leave', slowly, async () => {
  await walk.must('scale.ts', '--workers', '3', '--yes')
  expect(await workersOn(first)).toBe(3)
  await deployHasNothingToDo()
})

test('after all of it nothing is lost, and nothing counted twice, record by record', slowly, async () => {
  await expectConserved('full')
})
