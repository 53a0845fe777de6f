import { expect, test } from 'vitest'
import { silent } from '../deploy/test-stages.ts'
import { Interrupted } from '../interrupt.ts'
import { UserError } from '../script.ts'
import { PlayedSwarm } from '../swarm/test-swarm.ts'
import { replaceLog } from './replace-log.ts'

const [from, to] = ['redpanda:v26.2.1', 'redpanda:v26.3.1']
const text = 'services: { redpanda: { image: a }, ingest: { image: a } }'
const deployment = {
  ...{ release: 'aaaaaaaaaaaa', image: 'wikiflow:1', compose: [{ name: 'prod.yml', text }], migrations: [] },
  variables: { WORKERS: '0' },
}

/** A log that is to be replaced, and what can happen to it meanwhile. */
function upgrade({ isOneWay = false } = {}) {
  const swarm = new PlayedSwarm({ redpanda: from, ingest: 'wikiflow:1' })
  const interrupted = new AbortController()
  const lock = new AbortController()
  const log = {
    ...{ connection: swarm.connection, deployment, stages: silent },
    signal: AbortSignal.any([interrupted.signal, lock.signal]),
    assertHeld: () => lock.signal.throwIfAborted(),
  }
  return {
    swarm,
    /** When the Swarm is asked for something. */
    on: (what: string, then: () => void) => {
      swarm.onAsked = asked => {
        if (asked === what) then()
      }
    },
    ctrlC: () => interrupted.abort(new Interrupted('interrupted')),
    loseLock: () => lock.abort(new UserError('lost the lock of host-1')),
    /** @returns the lines that are told; none when all went well. */
    run: () =>
      replaceLog(log, { from, to, isOneWay }).then(
        () => [],
        (error: Error) => error.message.split('\n'),
      ),
  }
}

const stopAndSwap = ['ingest=0', `redpanda: ${to}`]
const backAgain = [`redpanda: ${from}`, 'ingest=1']

test('nothing is being written while the log is replaced: ingest stops first, and starts last', async () => {
  const { swarm, run } = upgrade()
  expect(await run()).toEqual([])
  expect(swarm.asked).toEqual([...stopAndSwap, 'ingest=1'])
})

test('one that never gets healthy gives way to the one before', async () => {
  const { swarm, run } = upgrade({ isOneWay: true })
  swarm.fateOf = image => (image === to ? 'unhealthy' : 'healthy')
  const [why, last] = await run()
  expect(why).toMatch(/^v26\.3\.1 doesn't get healthy: redpanda: Swarm stopped its update/)
  expect(last).toBe('v26.2.1 runs again, and nothing is lost')
  expect(swarm.asked).toEqual([...stopAndSwap, ...backAgain])
})

test.each([true, false])(
  'Ctrl-C before the new one is healthy puts the old one back (one-way: %s)',
  async isOneWay => {
    const { swarm, on, ctrlC, run } = upgrade({ isOneWay })
    swarm.fateOf = image => (image === to ? 'starting' : 'healthy')
    on(`redpanda: ${to}`, ctrlC)
    expect(await run()).toEqual(['interrupted', 'v26.2.1 runs again, and nothing is lost'])
    expect(swarm.asked).toEqual([...stopAndSwap, ...backAgain])
  },
)

test('Ctrl-C once the new one has been healthy leaves it, when the old one could not read its data', async () => {
  const { swarm, on, ctrlC, run } = upgrade({ isOneWay: true })
  // Between two looks at the Swarm.
  on(`redpanda: ${to}`, ctrlC)
  const [why, last] = await run()
  expect(why).toBe('interrupted')
  expect(last).toMatch(/^v26\.3\.1 stays: it has been healthy, and v26\.2\.1 can't read its data/)
  expect(swarm.asked).toEqual([...stopAndSwap, 'ingest=1'])
})

test('Ctrl-C while services get ready puts the old one back, when it can read the data', async () => {
  const { swarm, on, ctrlC, run } = upgrade()
  on('ingest=1', ctrlC)
  expect(await run()).toEqual(['interrupted', 'v26.2.1 runs again, and nothing is lost'])
  expect(swarm.asked).toEqual([...stopAndSwap, 'ingest=1', ...backAgain])
})

test('Ctrl-C while ingest stops starts it again, and the log was never stopped', async () => {
  const { swarm, on, ctrlC, run } = upgrade()
  on('ingest=0', ctrlC)
  expect(await run()).toEqual(['interrupted', 'v26.2.1 runs, as before'])
  expect(swarm.asked).toEqual(['ingest=0', 'ingest=1'])
})

test('a connection that is lost meanwhile puts the old one back as soon as there is one', async () => {
  const { swarm, on, run } = upgrade()
  on(`redpanda: ${to}`, () => {
    swarm.onRead = () => {
      swarm.onRead = () => {}
      throw new UserError('the connection to host-1 broke')
    }
  })
  expect(await run()).toEqual(['the connection to host-1 broke', 'v26.2.1 runs again, and nothing is lost'])
  expect(swarm.asked).toEqual([...stopAndSwap, ...backAgain])
})

test('one that stays lost is told with what says which log runs', async () => {
  const { swarm, on, run } = upgrade()
  on(`redpanda: ${to}`, () => {
    swarm.onRead = () => {
      throw new UserError('host-1 is away')
    }
  })
  const told = await run()
  expect(told.slice(0, 2)).toEqual([
    'host-1 is away',
    "and v26.2.1 doesn't get healthy again: host-1 is away",
  ])
  expect(told[2]).toContain(`npx zx ops/upgrade.ts --image ${from} --plan which one runs`)
})

test('a lock that is lost meanwhile leaves all to whoever has it, and says what the log was last to be', async () => {
  const { swarm, on, loseLock, run } = upgrade()
  on(`redpanda: ${to}`, loseLock)
  const [why, last] = await run()
  expect(why).toBe('lost the lock of host-1')
  expect(last).toMatch(
    /the log was last to be v26\.3\.1, and ingest may stand still\. npx zx ops\/status\.ts/,
  )
  expect(swarm.asked).toEqual(stopAndSwap)
})
