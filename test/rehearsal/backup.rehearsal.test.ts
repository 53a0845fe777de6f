import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { containerOf, inside } from './walk/containers.ts'
import { openWalk, type Walk } from './walk/walk.ts'

/** A loaded machine takes minutes where another takes seconds. */
const slowly = { timeout: 420_000 }

let walk: Walk
/** The file that describes the hosts: backups are kept beside it. */
let target: string

beforeAll(async () => {
  walk = await openWalk({ source: { rate: 60 } })
  target = await walk.describe({ workers: 2 })
  await walk.must('deploy.ts', '--yes')
}, 900_000)

afterAll(async () => {
  await walk?.close()
}, 60_000)

async function counted(): Promise<number> {
  const response = await fetch(`http://${walk.first.host.address}/api/snapshot`)
  const { counted } = (await response.json()) as { counted: { total: number } }
  return counted.total
}

/** The archive of the backup that was made last. */
async function newestBackup(): Promise<string> {
  const folder = join(target, '../backups')
  const archives = (await readdir(folder)).filter(name => name.endsWith('.tar.gz')).toSorted()
  return join(folder, archives.at(-1) ?? '')
}

/** Lets the source send nothing, while its connections stand. */
const hush = (on: boolean) => walk.source({ stall: { rate: on ? 1 : 0, ms: on ? 600_000 : 0 } })

test('a backup that is interrupted leaves a pipeline that runs, and no file', slowly, async () => {
  const backup = walk.start('backup.ts', '--yes')
  await backup.until(/stopping the log/)
  backup.interrupt()
  const { code, said } = await backup.ended
  expect(code, said).toBe(1)
  expect(said).toContain('✓ readiness')
  expect(await readdir(join(target, '../backups'))).toEqual([])
  const { services } = JSON.parse((await walk.run('status.ts', '--json')).stdout)
  expect(services).toContainEqual(expect.objectContaining({ name: 'redpanda', running: 1, wanted: 1 }))
})

test('one that is killed is mended by the next, which says so', slowly, async () => {
  const killed = walk.start('backup.ts', '--yes')
  await killed.until(/bringing the log here/)
  killed.kill()
  await killed.ended
  const { code, said } = await walk.run('backup.ts', '--yes')
  expect(code, said).toBe(0)
  expect(said).toContain('stand still since a run was killed: they are started')
  expect(said).toMatch(/the pipeline waited \d/)
  const archive = await newestBackup()
  const manifest = JSON.parse(await readFile(archive.replace('.tar.gz', '.json'), 'utf8'))
  const content = await readFile(archive)
  expect(manifest.archive).toEqual({
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
  })
  expect(manifest.ends).toHaveLength(12)
})

test(
  'what stands still is told by status, and started by a deploy, a half replaced log only whole',
  slowly,
  async () => {
    // As a host leaves it that goes down while a restore moves the new log in.
    const stop = `docker service scale --detach "$1_ingest=0" "$1_redpanda=0" > /dev/null
until [ -z "$(docker ps --quiet --filter "label=com.docker.swarm.service.name=$1_redpanda")" ]; do sleep 0.2; done
cd /var/lib/docker/volumes/$1_redpanda-data/_data
mkdir .moving-in
chown --reference=. .moving-in
mv log .moving-in`
    await inside(walk.first, stop, [walk.stack])
    const status = await walk.run('status.ts')
    expect(status.code).toBe(1)
    expect(status.said).toMatch(
      /^redpanda +0\/1 .*stands still: .*npx zx ops\/deploy\.ts --target '.+' puts it right/m,
    )
    const said = await walk.must('deploy.ts', '--yes')
    expect(said).toMatch(/^~ redpanda +stands still$/m)
    expect(said).toMatch(/^~ ingest +stands still$/m)
    expect(said).toMatch(/^= worker$/m)
    expect(said).toContain('a restore was cut off while it replaced the log: it is ended')
    await walk.must('audit.ts')
    await containerOf(walk.first, walk.stack, 'redpanda')
    await containerOf(walk.first, walk.stack, 'ingest')
  },
)

test('a log that ends before what is counted is not put back', slowly, async () => {
  const archive = await newestBackup()
  const before = await counted()
  await vi.waitFor(async () => expect(await counted()).toBeGreaterThan(before), { timeout: 60_000 })
  const { code, said } = await walk.run('restore.ts', archive, '--yes')
  expect(code).toBe(1)
  expect(said).toContain('the database has counted past its end')
  expect(said).toContain('--force')
  await containerOf(walk.first, walk.stack, 'redpanda')
})

test(
  'the log of a host that lost its disk comes back, and nothing is lost or counted twice',
  slowly,
  async () => {
    await hush(true)
    const untilAllCounted = async () => {
      const { totals } = JSON.parse((await walk.run('audit.ts', '--json', '--quick')).stdout)
      expect(totals.lag).toBe(0)
    }
    await vi.waitFor(untilAllCounted, { timeout: 60_000, interval: 1_000 })
    const backup = await walk.run('backup.ts', '--yes')
    expect(backup.code, backup.said).toBe(0)
    const archive = await newestBackup()

    const damaged = join(target, '../damaged.tar.gz')
    const content = await readFile(archive)
    await writeFile(damaged, content.fill(0, content.length - 100))
    await writeFile(damaged.replace('.tar.gz', '.json'), await readFile(archive.replace('.tar.gz', '.json')))
    const refused = await walk.run('restore.ts', damaged, '--yes')
    expect(refused.code).toBe(1)
    expect(refused.said).toContain("isn't what was backed up: its content is another. Nothing was changed")

    const lose = `docker service scale --detach "$1_redpanda=0"
until [ -z "$(docker ps --quiet --filter "label=com.docker.swarm.service.name=$1_redpanda")" ]; do sleep 0.2; done
rm -rf /var/lib/docker/volumes/$1_redpanda-data/_data/*`
    await inside(walk.first, lose, [walk.stack])
    const restored = await walk.run('restore.ts', archive, '--yes')
    expect(restored.code, restored.said).toBe(0)
    expect(restored.said).toContain('The log is as it was at ')

    const before = await counted()
    await hush(false)
    await vi.waitFor(async () => expect(await counted()).toBeGreaterThan(before), { timeout: 240_000 })
    const tally = walk.rehearsal.site.source.tallyUrl
    await walk.must('audit.ts', '--source-tally', tally)
  },
)

test('each of it stands in the audit log of the host', slowly, async () => {
  const log = await inside(walk.first, 'cat /home/*/wikiflow/*/audit.log')
  const actions = log.split('\n').map(line => JSON.parse(line))
  const results = (action: string) =>
    actions.filter(one => one.action === action).map(one => String(one.result).split(':')[0])
  expect(results('backup')).toEqual(['begun', 'interrupted', 'begun', 'begun', 'done', 'begun', 'done'])
  expect(results('restore')).toEqual(['begun', 'done'])
})
