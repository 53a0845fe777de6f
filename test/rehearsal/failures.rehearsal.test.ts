import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { fingerprint } from '../../ops/lib/cloud/ssh-key.ts'
import { must } from './machines/command.ts'
import { makeIdentity } from './machines/identity.ts'
import { containersOn, inside, servicesOn } from './walk/containers.ts'
import { impatientFile, noSource, openWalk, outcomeOf, type Walk } from './walk/walk.ts'

/** A deploy's own patience is longer than a test's: a loaded machine takes minutes. */
const slowly = { timeout: 600_000 }
/** Room for the images and a release, and not much more. */
const diskMib = 5_000

let walk: Walk
/** Where keys of others are made. */
let aside: string
/** The release that serves. */
let serving: string

beforeAll(async () => {
  walk = await openWalk({ source: { rate: 40 }, diskMib })
  aside = join(dirname(walk.project.folder), 'aside')
  await mkdir(aside)
}, 600_000)

afterAll(async () => {
  await walk?.close()
}, 60_000)

/** The first host as the target's file has it, with other fields. */
const host = (changes: Record<string, unknown>) => {
  const { name, user, address, identity = '' } = walk.first.host
  return [{ name, user, address, identity, hostKey: walk.first.hostKey, ...changes }]
}

const entered = `grep -c 'Accepted publickey' /var/log/sshd.log || :`

/** Containers of this project's own image, for the log's may end on a full disk. */
async function ours(): Promise<string> {
  return (await containersOn(walk.first)).replace(/^.*_redpanda .*\n/m, '')
}

async function expectServing(release: string): Promise<void> {
  const services = await servicesOn(walk.first, walk.stack)
  expect(new Set(services.map(service => service.release))).toEqual(new Set([release]))
  const isWell = async () => {
    await walk.must('status.ts')
  }
  await vi.waitFor(isWell, { timeout: 120_000, interval: 1_000 })
}

test('a host that shows another key than the pinned one is told nothing', slowly, async () => {
  const other = (await must('cat', [`${await makeIdentity(aside)}.pub`])).split(' ').slice(0, 2).join(' ')
  await walk.describe({ hosts: host({ hostKey: other }) })
  const { code, said } = await walk.run('deploy.ts', '--yes')
  expect(code).toBe(1)
  expect(said).toContain(`shows the key ${fingerprint(walk.first.hostKey)}`)
  expect(said).toContain(`pinned for rehearsal.host-1 is ${fingerprint(other)}. Nothing was sent.`)
  expect(await inside(walk.first, entered)).toBe('0')
})

test('a host without a pinned key is never connected to', slowly, async () => {
  await walk.describe({ hosts: host({ hostKey: undefined }) })
  const { code, said } = await walk.run('deploy.ts', '--yes')
  expect(code).toBe(1)
  expect(said).toContain('the public key that the host shows: either hostKey, or hostKeyFile')
  expect(await inside(walk.first, entered)).toBe('0')
  await walk.describe()
})

test('a first release that never gets ready is taken away again, all but its data', slowly, async () => {
  await walk.describe({ source: noSource, overrides: [impatientFile] })
  const { code, said } = await walk.run('deploy.ts', '--yes')
  await walk.describe()
  expect(code).toBe(1)
  expect(said).toContain('✓ taking the services away again')
  expect(said).toMatch(/its services are removed, its data stays\n$/)
  expect(await inside(walk.first, 'docker service ls --quiet; docker ps --quiet')).toBe('')
  expect(await inside(walk.first, 'docker volume ls --quiet --filter name=redpanda-data')).toBe(
    'rehearsal_redpanda-data',
  )
})

test(
  'of two deploys at once one wins, and the other says who holds the lock and since when',
  slowly,
  async () => {
    const winner = walk.start('deploy.ts', '--yes', '--json')
    await winner.until(/^ {2}shipping the release$/m)
    const { code, said } = await walk.run('deploy.ts', '--yes')
    expect(code).toBe(1)
    expect(said).toMatch(
      /deploy [0-9a-f]{12} by \S+@\S+ \(process \d+\) holds the lock since \d\d:\d\d:\d\d UTC, .* ago\. Nothing was changed/,
    )
    const ended = await winner.ended
    expect(ended.code, ended.said).toBe(0)
    serving = outcomeOf(ended).plan.to
    await expectServing(serving)
  },
)

test("a release whose image can't be built changes nothing", slowly, async () => {
  const undo = await walk.project.edit('compose/Dockerfile', text => `${text}RUN echo half-way && false\n`)
  const before = await containersOn(walk.first)
  const { code, said } = await walk.run('deploy.ts', '--yes')
  await undo()
  expect(code).toBe(1)
  expect(said).toMatch(/building wikiflow:[0-9a-f]{12} on host-1 failed:\n(.*\n)*.*half-way/)
  expect(await containersOn(walk.first)).toBe(before)
  await expectServing(serving)
})

test(
  'a full disk is told in a sentence and changes nothing; with room again the same command goes on',
  slowly,
  async () => {
    await walk.project.edit('runtime/src/worker/ballast.ts', () => `// ${'x'.repeat(30_000_000)}\n`)
    const before = await ours()
    // What runs writes on meanwhile: the release alone is too much.
    await walk.first.fillDisk(15)
    const { code, said } = await walk.run('deploy.ts', '--yes')
    await walk.first.freeDisk()
    expect(code).toBe(1)
    expect(said).toMatch(/no room is left on host-1 for ~\/wikiflow\/rehearsal, \d+\.\d MB are free/)
    expect(await ours()).toBe(before)
    expect(await inside(walk.first, 'ls /home/*/wikiflow/*/releases')).not.toContain('new')
    await expectServing(serving)

    const again = await walk.run('deploy.ts', '--yes', '--json')
    expect(again.code, again.said).toBe(0)
    expect(outcomeOf(again).plan).toMatchObject({ from: serving })
    serving = outcomeOf(again).plan.to
    await expectServing(serving)
    const { code: conserved, said: report } = await walk.audit()
    expect(conserved, report).toBe(0)
  },
)

/** A node's certificate that its Swarm didn't give, as useless as one that has expired. */
const otherCertificate = `cd /var/lib/docker/swarm/certificates
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout /dev/null -out swarm-node.crt -days 1 \\
  -subj /CN=other 2>/dev/null`

test(
  'a Swarm that starts no more is said so; left and deployed again, the log is there',
  slowly,
  async () => {
    await inside(walk.first, otherCertificate)
    await walk.first.powerOff()
    await walk.first.powerOn()
    for (const script of ['status.ts', 'deploy.ts']) {
      const { code, said } = await walk.run(script)
      expect({ code, said }).toMatchObject({
        code: 1,
        said: expect.stringMatching(
          /^the Swarm on host-1 doesn't start: .*`docker swarm leave --force` there, then npx zx ops\/deploy\.ts/m,
        ),
      })
    }
    await inside(walk.first, 'docker swarm leave --force')
    const again = await walk.run('deploy.ts', '--yes')
    expect(again.code, again.said).toBe(0)
    await expectServing(serving)
    const { code, said, totals } = await walk.audit()
    expect(code, said).toBe(0)
    expect(totals.records).toBeGreaterThan(0)
  },
)
