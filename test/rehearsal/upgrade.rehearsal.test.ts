import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inside } from './walk/containers.ts'
import { openWalk, type Walk } from './walk/walk.ts'

/** A loaded machine takes minutes where another takes seconds. */
const slowly = { timeout: 600_000 }

/** The image of the log, as the variable says: so that an upgrade can change it. */
const logImage = `services:
  redpanda:
    image: $\{REDPANDA_IMAGE:-wikiflow-rehearsal/kafka:4}
`

let walk: Walk

beforeAll(async () => {
  walk = await openWalk({ source: { rate: 20 } })
  const file = join(dirname(walk.project.folder), 'log-image.compose.yml')
  await writeFile(file, logImage)
  await walk.describe({ overrides: [file] })
  await walk.must('deploy.ts', '--yes')
}, 900_000)

afterAll(async () => {
  await walk?.close()
}, 60_000)

const deployHasNothingToDo = async () =>
  expect(await walk.must('deploy.ts', '--yes')).toContain('Nothing to do')

const logOn = () =>
  inside(
    walk.first,
    `docker service inspect --format '{{.Spec.TaskTemplate.ContainerSpec.Image}}' rehearsal_redpanda`,
  )

test('the log moves to another image, which a deploy keeps', slowly, async () => {
  await inside(walk.first, 'docker tag wikiflow-rehearsal/kafka:4 wikiflow-rehearsal/kafka:5')
  const said = await walk.must('upgrade.ts', '--image', 'wikiflow-rehearsal/kafka:5', '--yes')
  expect(said).toContain('The log runs 5, and deploys keep it')
  expect(await logOn()).toBe('wikiflow-rehearsal/kafka:5')
  await deployHasNothingToDo()
})

test('one that never gets healthy gives way to the one before', slowly, async () => {
  await inside(walk.first, 'docker tag debian:bookworm-slim wikiflow-rehearsal/kafka:6')
  const { code, said } = await walk.run('upgrade.ts', '--image', 'wikiflow-rehearsal/kafka:6', '--yes')
  expect(code).toBe(1)
  expect(said).toContain("6 doesn't get healthy")
  expect(said).toContain('5 runs again, and nothing is lost')
  expect(await logOn()).toBe('wikiflow-rehearsal/kafka:5')
  await deployHasNothingToDo()
})

test('Ctrl-C in the middle puts the one before back, and all is ready with it', slowly, async () => {
  const broken = walk.start('upgrade.ts', '--image', 'wikiflow-rehearsal/kafka:6', '--yes')
  await broken.until(/the log: 5 → 6/)
  broken.interrupt()
  const { code, said } = await broken.ended
  expect(code, said).toBe(1)
  expect(said).toContain('✓ stopping ingest')
  expect(said.trimEnd().split('\n').at(-1)).toBe('5 runs again, and nothing is lost')
  expect(await logOn()).toBe('wikiflow-rehearsal/kafka:5')
  await deployHasNothingToDo()
})

test("the database's password rotated, a deploy brings it to where migrations run", slowly, async () => {
  const { host, port, owner, passwordFile, ca } = walk.rehearsal.site.database
  const password = await readFile(passwordFile, 'utf8')
  const client = new pg.Client({
    ...{ host, port, user: owner, password, database: 'postgres' },
    ssl: { ca: await readFile(ca, 'utf8') },
  })
  await client.connect()
  await client.query(`ALTER ROLE ${owner} PASSWORD 'rotated-in-a-rehearsal'`)
  await client.end()
  await writeFile(passwordFile, 'rotated-in-a-rehearsal')
  const said = await walk.must('deploy.ts', '--yes')
  expect(said).toMatch(/^~ init +OWNER_PASSWORD_MARK$/m)
  expect(said).toMatch(/^= worker$/m)
  await deployHasNothingToDo()
})

test('after all of it nothing is lost, and nothing counted twice', slowly, async () => {
  const { code, verdict, said } = await walk.audit()
  expect({ code, verdict }, said).toEqual({ code: 0, verdict: 'conserved' })
})
