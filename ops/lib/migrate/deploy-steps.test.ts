import { expect, test } from 'vitest'
import { UserError } from '../script.ts'
import { checkStep, runStep, shipStep } from './deploy-steps.ts'
import { type OnHosts } from './on-hosts.ts'
import { contextWith } from './test-context.ts'

const plan = async () => ({ steps: [], obstacles: [] })
const steps = [shipStep, runStep, checkStep]
const address = { name: 'host-1', address: '198.51.100.7', user: 'ec2-user', port: 22, keyName: 'i-1' }
const ready = { name: 'worker 1', state: 'ready', reason: null, partitions: [], lag: 0 }

function onHosts(changes: Partial<OnHosts> = {}): OnHosts {
  const next = {
    ...{ release: '0123456789ab', image: 'wikiflow:ba9876543210', compose: [], migrations: [] },
    variables: { WORKERS: '1' },
  }
  return {
    target: {
      ...{ stack: 'wikiflow', hosts: [address], pinnedKeys: '', folder: '' },
      ...{ variables: {}, secrets: {}, overrides: [] },
    },
    ...{ serves: '0123456789ab', next, isShipped: true, withoutImage: [], isSettled: true },
    plan: { from: '0123456789ab', to: '0123456789ab', services: [], migrations: [], joins: [] },
    pipeline: {
      state: 'ready',
      counted: { total: 1, perSecond: 1, newestEventAt: null },
      services: [ready],
    },
    ...changes,
  }
}

const probe = (step: (typeof steps)[number], hosts: OnHosts) =>
  step.probe(contextWith({ plan, hosts: async () => hosts }), () => {})

test('without the infrastructure nobody looks at hosts, and the state is that of what is missing', async () => {
  const without = contextWith({ plan: () => Promise.reject(new UserError('no credentials')) })
  for (const step of steps) {
    expect(await step.probe(without, () => {})).toEqual({
      state: 'blocked',
      evidence: 'needs the infrastructure',
    })
  }
})

test('hosts that do not answer are not known to be anything, whatever they say', async () => {
  const away = contextWith({ plan, hosts: () => Promise.reject(new UserError('host-1 \u001b[2J refused')) })
  for (const step of steps) {
    expect(await step.probe(away, () => {})).toEqual({
      state: 'unknown',
      evidence: 'host-1 \\u{1b}[2J refused',
    })
  }
})

test('a release is shipped when its files are there, and its image on every host', async () => {
  expect(await probe(shipStep, onHosts({ isShipped: false }))).toEqual({
    state: 'to do',
    evidence: 'release 0123456789ab is not on host-1',
  })
  expect((await probe(shipStep, onHosts({ withoutImage: ['host-2'] }))).evidence).toBe(
    'host-2 lacks wikiflow:ba9876543210',
  )
  expect((await probe(shipStep, onHosts())).state).toBe('done')
})

test('a release runs when it serves, whole, and every service says it is ready', async () => {
  const evidence = async (changes: Partial<OnHosts>) => (await probe(runStep, onHosts(changes))).evidence
  expect(await evidence({ serves: undefined })).toBe('nothing was deployed yet')
  expect(await evidence({ serves: 'aaaaaaaaaaaa' })).toBe('aaaaaaaaaaaa serves, 0123456789ab is next')
  expect(await evidence({ isSettled: false })).toBe('to settle: an interrupted deploy')
  const stopped = { service: 'redpanda', action: 'update' as const, why: ['stands still'] }
  const changed = { service: 'init', action: 'create' as const, why: [] }
  const { plan } = onHosts()
  expect(await evidence({ isSettled: false, plan: { ...plan, services: [stopped, changed] } })).toBe(
    'to settle: redpanda (stands still), init',
  )
  expect(await evidence({ pipeline: "the dashboard doesn't answer" })).toBe("the dashboard doesn't answer")
  const starting = { ...ready, state: 'starting', reason: 'waits for the log' }
  const pipeline = {
    state: 'ready',
    counted: { total: 0, perSecond: null, newestEventAt: null },
    services: [starting],
  }
  expect(await evidence({ pipeline })).toBe('worker 1 is starting (waits for the log)')
  expect(await evidence({ pipeline: { ...pipeline, services: [] } })).toBe('0 of 1 workers answer')
  expect((await probe(runStep, onHosts())).state).toBe('done')
})

test('nothing is checked before it was deployed', async () => {
  expect(await probe(checkStep, onHosts({ serves: undefined }))).toEqual({
    state: 'to do',
    evidence: 'nothing was deployed yet',
  })
})
