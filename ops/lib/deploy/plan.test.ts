import { expect, test } from 'vitest'
import { type Deployment, planDeploy } from './plan.ts'
import { renderDeployPlan } from './render.ts'

const prod = `
services:
  redpanda: { image: redpanda }
  worker:
    image: "\${WIKIFLOW_IMAGE}"
    environment: { PGHOST: "\${PGHOST}" }
    deploy: { labels: { wikiflow.release: "\${WIKIFLOW_RELEASE}" }, replicas: "\${WORKERS:-3}" }
`
const now: Deployment = {
  release: 'aaaaaaaaaaaa',
  image: 'wikiflow:1',
  compose: [{ name: 'prod.yml', text: prod }],
  variables: { PGHOST: 'db', WORKERS: '3' },
  migrations: ['001_init.sql'],
}
const running = new Map([
  ['redpanda', 1],
  ['worker', 3],
])

test('the same again changes nothing, whatever the release is called', () => {
  const plan = planDeploy(now, { ...now, release: 'bbbbbbbbbbbb' }, running)
  expect(plan.services.map(({ action }) => action)).toEqual(['same', 'same'])
  expect(plan.migrations).toEqual([])
})

test('a new image changes the services that run it, and the log goes on', () => {
  const plan = planDeploy(
    now,
    { ...now, image: 'wikiflow:2', migrations: ['001_init.sql', '002_more.sql'] },
    running,
  )
  expect(plan.services).toEqual([
    { service: 'redpanda', action: 'same', why: [] },
    { service: 'worker', action: 'update', why: ['image'] },
  ])
  expect(plan.migrations).toEqual(['002_more.sql'])
})

test('a variable changes those that read it; one that is unset is as one that is empty', () => {
  expect(planDeploy(now, { ...now, variables: { PGHOST: 'other', WORKERS: '3' } }, running).services).toEqual(
    [
      { service: 'redpanda', action: 'same', why: [] },
      { service: 'worker', action: 'update', why: ['PGHOST'] },
    ],
  )
  const [, worker] = planDeploy(
    { ...now, variables: { PGHOST: '' } },
    { ...now, variables: {} },
    running,
  ).services
  expect(worker?.action).toBe('same')
})

test('a Compose file more changes the services that it names, and no other', () => {
  const more = { name: 'more.yml', text: 'services: { worker: { environment: { A: b } } }' }
  const { services } = planDeploy(now, { ...now, compose: [...now.compose, more] }, running)
  expect(services.map(({ action }) => action)).toEqual(['same', 'update'])
})

test('a service that is gone from the Swarm is made again, one that nobody asks for is removed', () => {
  const plan = planDeploy(
    now,
    now,
    new Map([
      ['redpanda', 1],
      ['spark', 1],
    ]),
  )
  expect(plan.services.map(({ service, action }) => `${action} ${service}`)).toEqual([
    'same redpanda',
    'create worker',
    'remove spark',
  ])
})

test('a service that a killed backup or somebody by hand has scaled is put right, and the plan says why', () => {
  const plan = (there: [string, number][], next = now) =>
    planDeploy(now, next, new Map([...running, ...there]))
  expect(plan([['redpanda', 0]]).services).toEqual([
    { service: 'redpanda', action: 'update', why: ['stands still'] },
    { service: 'worker', action: 'same', why: [] },
  ])
  expect(plan([['redpanda', 2]]).services[0]?.why).toEqual(['2 of 1 wanted'])
  const text = renderDeployPlan(plan([['redpanda', 0]], { ...now, image: 'wikiflow:2' }), 'wikiflow')
  expect(text).toMatch(/^~ redpanda {2}stands still$/m)
})

test('workers that were scaled are told by their variable, which is what stands', () => {
  const standing = { ...now, variables: { ...now.variables, WORKERS: '0' } }
  const there = new Map([...running, ['worker', 0] as const])
  expect(planDeploy(standing, now, there).services[1]).toMatchObject({ action: 'update', why: ['WORKERS'] })
  expect(planDeploy(standing, standing, there).services[1]?.action).toBe('same')
})

test('a log that stays at none beside an outside Kafka, and a job that has ended, stand as they should', () => {
  const text = `services:
  redpanda: { image: redpanda, deploy: { replicas: "$\{REDPANDA_REPLICAS:-1}" } }
  init: { image: a, deploy: { replicas: 1, restart_policy: { condition: on-failure } } }`
  const outside = {
    ...{ ...now, compose: [{ name: 'prod.yml', text }] },
    variables: { REDPANDA_REPLICAS: '0' },
  }
  const there = new Map([
    ['redpanda', 0],
    ['init', 0],
  ])
  expect(planDeploy(outside, outside, there).services.map(({ action }) => action)).toEqual(['same', 'same'])
  const inside = planDeploy(outside, { ...outside, variables: {} }, there)
  expect(inside.services[0]?.why).toEqual(['REDPANDA_REPLICAS'])
})

test('the plan is read at a glance, and nothing in it acts on the terminal', () => {
  const next = {
    ...now,
    release: 'bbbbbbbbbbbb',
    image: 'wikiflow:2',
    migrations: ['001_init.sql', '002_\u001b[2J.sql'],
  }
  expect(renderDeployPlan(planDeploy(now, next, running), 'wikiflow')).toBe(
    `wikiflow: release aaaaaaaaaaaa → bbbbbbbbbbbb

= redpanda
~ worker    new image

Migrations of the database, before the services change:
  002_\\u{1b}[2J.sql`,
  )
})
