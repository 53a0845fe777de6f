import { availableParallelism, loadavg } from 'node:os'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { containerOf, containersOn, inside, servicesOn } from './walk/containers.ts'
import { impatientFile, noSource, openWalk, outcomeOf, type Walk } from './walk/walk.ts'

/** Events of the whole rehearsal: the first connection gets the first, and the last are sent in a burst. */
const events = 20_000
const names = ['batch', 'dashboard', 'ingest', 'init', 'redpanda', 'worker']
/** A deploy's own patience is longer than a test's: a loaded machine takes minutes. */
const slowly = { timeout: 600_000 }

let walk: Walk
/** The release that serves. */
let serving: string

beforeAll(async () => {
  walk = await openWalk({ source: { rate: 20, total: events } })
}, 600_000)

afterAll(async () => {
  await walk?.close()
}, 60_000)

/** Every service with this release, each once and the workers three times, and nothing beside them. */
async function expectServing(release: string): Promise<void> {
  const services = await servicesOn(walk.first, walk.stack)
  expect(services).toEqual(names.map(service => ({ service, release, wanted: service === 'worker' ? 3 : 1 })))
  const running = (await containersOn(walk.first)).split('\n').map(line => line.split(' ')[0])
  const expected = ['batch', 'dashboard', 'ingest', 'redpanda', 'worker', 'worker', 'worker']
  expect(running).toEqual(expected.map(service => `${walk.stack}_${service}`))
}

async function expectConserved(): Promise<void> {
  const { code, verdict, said } = await walk.audit()
  expect({ code, verdict }, said).toEqual({ code: 0, verdict: 'conserved' })
}

/** How many times as long things take, on a machine that works for others as well. */
const share = () => Math.max(1, (loadavg()[0] ?? 0) / availableParallelism())

/** What a deploy leaves behind when it isn't at work: no lock, no secrets in memory. */
const leftovers = 'ls /dev/shm; ls /home/*/wikiflow/*/lock 2>/dev/null || :'

test('before the first deploy, --plan says what would be and does nothing', slowly, async () => {
  const { code, said } = await walk.run('deploy.ts', '--plan')
  expect(said).toMatch(/^rehearsal: release none → [0-9a-f]{12}\n\n\+ redpanda\n/)
  expect(said).toContain('Migrations of the database, before the services change:\n  0001_pipeline.sql')
  expect(code).toBe(2)
  expect(await inside(walk.first, 'ls /home/*/; docker info --format "{{.Swarm.LocalNodeState}}"')).toBe(
    'inactive',
  )
})

test('nobody is asked where there is no terminal', slowly, async () => {
  const { code, said } = await walk.run('deploy.ts')
  expect(code).toBe(1)
  expect(said).toContain('there is no terminal to ask on. Give --yes to agree beforehand')
  expect(await inside(walk.first, 'ls /home/*/')).toBe('')
})

test('a first deploy brings every event to log, database and lake', slowly, async () => {
  const ended = await walk.run('deploy.ts', '--yes', '--json')
  expect(ended.code, ended.said).toBe(0)
  const { result, serves, plan } = outcomeOf(ended)
  expect({ result, serves }).toEqual({ result: 'done', serves: true })
  serving = plan.to
  await expectServing(serving)
  const page = await fetch(`http://${walk.first.host.address}/`)
  expect(await page.text()).toContain('<title>')
  const { totals } = await walk.audit()
  expect(totals.records).toBeGreaterThan(0)
  await expectConserved()
  expect(await inside(walk.first, leftovers)).toBe('')
  // Nine years from now: Swarm's own 90 days may end while a stack is paused.
  const node = '/var/lib/docker/swarm/certificates/swarm-node.crt'
  expect(await inside(walk.first, 'openssl x509 -noout -checkend 284000000 -in "$1"', [node])).toContain(
    'will not',
  )
})

test('the same again is nothing to do, and restarts nothing', slowly, async () => {
  const before = await containersOn(walk.first)
  const { code, said, ms } = await walk.run('deploy.ts', '--yes')
  expect(code, said).toBe(0)
  expect(said).toContain(`Nothing to do: release ${serving} serves.`)
  expect(ms / share()).toBeLessThan(20_000)
  expect(await containersOn(walk.first)).toBe(before)
})

test('services find all their sources compiled in the image', slowly, async () => {
  const worker = await containerOf(walk.first, walk.stack, 'worker')
  const start = `docker exec --env NODE_DEBUG_NATIVE=COMPILE_CACHE "$1" node runtime/src/audit/main.ts --help 2>&1`
  const said = await inside(walk.first, start, [worker])
  expect(said).toContain('was accepted')
  expect(said).not.toMatch(/rejected|not found|mismatch/)
})

test('under load, a new release takes over without an event lost or counted twice', slowly, async () => {
  await walk.source({ burst: { factor: 5, seconds: 60 } })
  await walk.project.touch('a second release')
  const visitor = walk.visit()
  const ended = await walk.run('deploy.ts', '--yes', '--json')
  const seen = await visitor.leave()
  expect(ended.code, ended.said).toBe(0)
  const { plan } = outcomeOf(ended)
  expect(plan.from).toBe(serving)
  expect(plan.to).not.toBe(serving)
  serving = plan.to
  await expectServing(serving)
  expect(seen.last).toBeGreaterThan(seen.first)
  expect(seen.wentBack).toBe(false)
  await expectConserved()
})

test('a worker that ends at once is rolled back, with its last words', slowly, async () => {
  const undo = await walk.project.edit(
    'runtime/src/worker/main.ts',
    text => `if (process.env.PGHOST) throw new Error('the new worker is broken')\n${text}`,
  )
  const visitor = walk.visit()
  const ended = await walk.run('deploy.ts', '--yes')
  const seen = await visitor.leave()
  await undo()
  expect(ended.code).toBe(1)
  expect(ended.said).toContain('worker said last:')
  expect(ended.said).toContain('the new worker is broken')
  expect(ended.said).toMatch(new RegExp(`rolled back to ${serving}, which serves\n$`))
  await expectServing(serving)
  expect(seen.last).toBeGreaterThan(seen.first)
  expect(seen.wentBack).toBe(false)
  await expectConserved()
})

test(
  'an ingest whose source is not there never gets ready: the old one goes on, the page never stops',
  slowly,
  async () => {
    await walk.describe({ source: noSource, overrides: [impatientFile] })
    const visitor = walk.visit()
    const { code, said } = await walk.run('deploy.ts', '--yes')
    const seen = await visitor.leave()
    await walk.describe()
    expect(code).toBe(1)
    expect(said).toContain('its health check said last:')
    expect(said).toContain(`rolled back to ${serving}, which serves`)
    await expectServing(serving)
    expect(seen.longestGapMs).toBeLessThan(10_000)
    await expectConserved()
  },
)

test('a migration that fails keeps the new release from starting', slowly, async () => {
  const undo = await walk.project.edit('runtime/migrations/0099_broken.sql', () => 'SELECT from_nowhere;\n')
  const before = (await containersOn(walk.first)).replace(/^.*_init .*$/m, '')
  const { code, said } = await walk.run('deploy.ts', '--yes')
  await undo()
  expect(code).toBe(1)
  expect(said).toContain('✗ topic and migrations')
  expect(said).toContain('from_nowhere')
  expect(said).toContain(`rolled back to ${serving}, which serves`)
  expect((await containersOn(walk.first)).replace(/^.*_init .*$/m, '')).toBe(before)
  await expectServing(serving)
})

test('killed at each of its stages, the same command gets there at last', { timeout: 900_000 }, async () => {
  await walk.project.touch('a third release')
  for (const stage of [
    /^ {2}shipping the release$/m,
    /^ {2}building wikiflow:/m,
    /^ {2}topic and migrations$/m,
    /^ {2}all services$/m,
    /^ {2}readiness$/m,
  ]) {
    const killed = walk.start('deploy.ts', '--yes')
    await killed.until(stage)
    killed.kill()
    expect((await killed.ended).code).toBe(137)
  }
  const ended = await walk.run('deploy.ts', '--yes', '--json')
  expect(ended.code, ended.said).toBe(0)
  expect(outcomeOf(ended).plan.to).not.toBe(serving)
  serving = outcomeOf(ended).plan.to
  await expectServing(serving)
  expect(await inside(walk.first, leftovers)).toBe('')
  await expectConserved()
})

test('Ctrl-C while services change goes back to what served, and gives the lock back', slowly, async () => {
  await walk.project.touch('a fourth release')
  const running = walk.start('deploy.ts', '--yes')
  await running.until(/^ {2}all services$/m)
  running.interrupt()
  const { code, said } = await running.ended
  expect(code).toBe(1)
  expect(said).toContain(`rolled back to ${serving}, which serves`)
  await expectServing(serving)
  expect(await inside(walk.first, leftovers)).toBe('')
})

test('a worker that is killed is replaced, and what it had not stored is counted once', slowly, async () => {
  const killed = await containerOf(walk.first, walk.stack, 'worker')
  await inside(walk.first, 'docker kill "$1"', [killed])
  await vi.waitFor(
    async () => {
      expect(await containersOn(walk.first)).not.toContain(killed)
      await expectServing(serving)
    },
    { timeout: 120_000, interval: 1_000 },
  )
  await expectConserved()
})

test('after a pulled plug all comes up by itself', slowly, async () => {
  await walk.first.powerOff()
  await walk.first.powerOn()
  const isWell = async () => {
    await walk.must('status.ts')
  }
  await vi.waitFor(isWell, { timeout: 300_000, interval: 2_000 })
  await expectServing(serving)
  await expectConserved()
})

test('after all of it every event that the source made is counted, each once', slowly, async () => {
  await walk.source({ burst: { factor: 1_000, seconds: 600 } })
  await vi.waitFor(
    async () => {
      const tally = await fetch(walk.rehearsal.site.source.tallyUrl)
      expect(((await tally.json()) as { happened: number }).happened).toBe(events)
    },
    { timeout: 60_000, interval: 500 },
  )
  const { code, said, totals, source } = await walk.auditAtEnd()
  expect(code, said).toBe(0)
  expect(source).toEqual({ happened: events, counted: events })
  expect(totals.lakeRows).toBe(totals.events + totals.deadLetters)
})
