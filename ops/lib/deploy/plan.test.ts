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
const running = new Set(['redpanda', 'worker'])

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
  const plan = planDeploy(now, now, new Set(['redpanda', 'spark']))
  expect(plan.services.map(({ service, action }) => `${action} ${service}`)).toEqual([
    'same redpanda',
    'create worker',
    'remove spark',
  ])
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
