import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TargetDescription } from './target.ts'
import { containerOf, containersOn, inside, servicesOn } from './walk/containers.ts'
import { hostileText, makeOwner } from './walk/hostile.ts'
import { toldBy, watchProcesses } from './walk/leaks.ts'
import { openWalk, outcomeOf, type Walk } from './walk/walk.ts'

/** A deploy's own patience is longer than a test's: a loaded machine takes minutes. */
const slowly = { timeout: 600_000 }

/** What a value makes that was run. */
const trap = `/tmp/wikiflow-${process.pid}`
const hostile = hostileText(trap)
/** Found again in whatever quotes it stands. */
const mark = randomBytes(12).toString('hex')

/** What ssh reads is named without quotes, which it can't be told. */
const keyFile = 'the key $HOME $(x) #1'
const stateFolder = 'a folder $HOME $(x) #1'

let walk: Walk
let folder: string
let description: Partial<TargetDescription>
const values = {
  database: `db ${hostile}`.slice(0, 60),
  owner: `o ${hostile}`.slice(0, 60),
  contact: `https://example.org/'"\`id\`\${HOME}$$#$HOME`,
  note: `?note=$HOME'\${X}\`id\``,
  prefix: `a ${hostile.replaceAll('/', '-')}`,
}

beforeAll(async () => {
  walk = await openWalk({ source: { rate: 40 } })
  const { site } = walk.rehearsal
  folder = dirname(walk.project.folder)
  const password = `${hostile} ${mark}`
  await writeFile(join(folder, "owner's $(password)"), password, { mode: 0o600 })
  await copyFile(walk.first.host.identity ?? '', join(folder, keyFile))
  await copyFile(new URL('quick.compose.yml', import.meta.url), join(folder, 'a `file` $$ #1.yml'))
  await makeOwner(site, values.owner, password)
  const { name, user, address } = walk.first.host
  const { host, port, ca } = site.database
  description = {
    hosts: [{ name, user, address, identity: keyFile, hostKey: walk.first.hostKey }],
    database: {
      ...{ host, port, name: values.database, owner: values.owner },
      passwordFile: "owner's $(password)",
      caFile: ca,
    },
    lake: { url: `${site.lake.url}/${values.prefix}`, region: site.lake.region, rotateS: 5 },
    source: { url: `${site.source.url}${values.note}`, contact: values.contact },
    overrides: ['a `file` $$ #1.yml'],
    buildArgs: [`NOTE=${hostile}`],
    folder: stateFolder,
  }
  await walk.describe(description)
}, 600_000)

afterAll(async () => {
  await walk?.close()
}, 60_000)

/** The environment of the container of a service that was started last. */
async function environmentOf(service: string): Promise<Record<string, string>> {
  const newest = `docker inspect --format '{{json .Config.Env}}' $(docker ps --all --quiet --latest --filter "label=com.docker.swarm.service.name=$1")`
  const lines: string[] = JSON.parse(await inside(walk.first, newest, [`${walk.stack}_${service}`]))
  return Object.fromEntries(
    lines.map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
}

/** The passwords of the stack, by what would be found of them. */
async function secrets(): Promise<string[]> {
  const made = ['writer-password', 'reader-password'].map(name =>
    readFile(join(folder, stateFolder, name), 'utf8'),
  )
  return [mark, ...(await Promise.all(made)).map(text => text.trim())]
}

test('what can stand nowhere is refused by the name of its field', slowly, async () => {
  const [host] = description.hosts ?? []
  const { database } = description
  if (!host || !database) throw new Error('nothing is described')
  const wrong: [Partial<TargetDescription>, string][] = [
    [{ ...description, database: { ...database, name: 'a\nb' } }, 'database.name'],
    [{ ...description, hosts: [{ ...host, identity: 'a "key"' }] }, 'the identity of host "host-1"'],
  ]
  for (const [described, named] of wrong) {
    await walk.describe(described)
    const { code, said } = await walk.run('deploy.ts', '--yes')
    expect(code).toBe(1)
    expect(said).toContain(named)
  }
  await walk.describe(description)
})

test(
  'hostile values arrive as they are; nobody runs them, and nobody can list the passwords meanwhile',
  slowly,
  async () => {
    const watching = watchProcesses([mark])
    const ended = await walk.run('deploy.ts', '--yes')
    const { looks, seen } = await watching.stop()
    expect(ended.code, ended.said).toBe(0)

    const { site } = walk.rehearsal
    expect(await environmentOf('init')).toMatchObject({ PGUSER: values.owner, PGDATABASE: values.database })
    expect(await environmentOf('worker')).toMatchObject({ PGDATABASE: values.database })
    expect(await environmentOf('ingest')).toMatchObject({
      WIKIFLOW_CONTACT: values.contact,
      SOURCE_URL: `${site.source.url}${values.note}`,
    })
    expect(await environmentOf('batch')).toMatchObject({ LAKE_URL: `${site.lake.url}/${values.prefix}` })

    expect(existsSync(trap)).toBe(false)
    const batch = await containerOf(walk.first, walk.stack, 'batch')
    const files = await inside(walk.first, 'ls /tmp; docker exec "$1" ls /tmp', [batch])
    expect(files).not.toContain(basename(trap))
    expect(looks).toBeGreaterThan(10)
    expect(seen).toEqual([])
    expect(ended.said).not.toContain(mark)
    const { code, said } = await walk.audit()
    expect(code, said).toBe(0)
  },
)

test('of five releases three are kept, with their images', slowly, async () => {
  await walk.project.touch('another image')
  for (const number of [2, 3, 4, 5]) {
    await walk.project.edit('compose/docker-compose.prod.yml', text => `${text}# release ${number}\n`)
    await walk.must('deploy.ts', '--yes')
  }
  const releases = (await inside(walk.first, 'ls /home/*/wikiflow/*/releases')).split('\n')
  expect(releases).toHaveLength(3)
  const [serving] = await servicesOn(walk.first, walk.stack)
  expect(releases).toContain(serving?.release)
  expect(await inside(walk.first, 'docker image ls --quiet wikiflow | wc -l')).toBe('1')
})

test(
  'rollback goes to the release before, or to the one that is named; status shows it',
  slowly,
  async () => {
    const releaseNow = async () => (await servicesOn(walk.first, walk.stack))[0]?.release ?? ''
    const served = (await inside(walk.first, 'cut -d" " -f2 /home/*/wikiflow/*/served')).split('\n')
    const [third = '', fourth = '', fifth = ''] = served.slice(-3)
    const before = await containersOn(walk.first)

    const back = await walk.run('rollback.ts', '--yes')
    expect(back.code, back.said).toBe(0)
    expect(back.said).toContain(`Release ${fourth} serves again`)
    expect(await releaseNow()).toBe(fourth)
    expect((await walk.run('status.ts')).said).toContain(`release ${fourth}`)

    const named = await walk.run('rollback.ts', third.slice(0, 6), '--yes')
    expect(named.code, named.said).toBe(0)
    expect(await releaseNow()).toBe(third)

    const unknown = await walk.run('rollback.ts', 'ffffffffffff', '--yes')
    expect(unknown.code).toBe(1)
    expect(unknown.said).toContain(
      `ffffffffffff is no release that served before ${third}; there is: ${fourth}, ${fifth}`,
    )

    const pruned = await walk.run('rollback.ts', served[0] ?? '', '--yes')
    expect(pruned.code).toBe(1)
    expect(pruned.said).toContain(`release ${served[0]} is no longer on host-1: three are kept`)
    // All of these releases differ in a comment alone.
    expect((await containersOn(walk.first)).split('\n')).toEqual(before.split('\n'))
  },
)

test(
  'after all of it no password stands in what Docker tells, in a log, or in a file of the host',
  slowly,
  async () => {
    const words = await secrets()
    const watching = watchProcesses(words)
    const again = await walk.run('deploy.ts', '--yes', '--json')
    expect(again.code, again.said).toBe(0)
    expect(outcomeOf(again).result).toBe('done')
    const { looks, seen } = await watching.stop()
    expect(looks).toBeGreaterThan(10)
    expect(seen).toEqual([])
    const text = await toldBy(walk.first)
    expect(text).toContain('"action":"rollback"')
    expect(words.filter(word => text.includes(word) || again.said.includes(word))).toEqual([])
  },
)
