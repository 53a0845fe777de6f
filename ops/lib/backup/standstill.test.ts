import { expect, test } from 'vitest'
import { silent } from '../deploy/test-stages.ts'
import { UserError } from '../script.ts'
import { PlayedSwarm } from '../swarm/test-swarm.ts'
import { HalfReplaced, type Still, standingStill, stopService } from './standstill.ts'

/** A log and ingest, and the work on them: both are stopped, then `work` is done. */
function still(work: () => void = () => {}) {
  const swarm = new PlayedSwarm({ redpanda: 'redpanda', ingest: 'wikiflow' })
  const { connection } = swarm
  const lock = { isLost: false }
  const assertHeld = () => {
    if (lock.isLost) throw new UserError('lost the lock of host-1: somebody has it now')
  }
  const job: Still = { connection, stages: silent, assertHeld }
  const done = () =>
    standingStill(job, async () => {
      const { signal } = new AbortController()
      await stopService(connection, 'ingest', signal)
      await stopService(connection, 'redpanda', signal)
      work()
      return 'done'
    })
  return { swarm, lock, done }
}

const stopped = ['ingest=0', 'redpanda=0']

test('what was stopped is started again, after the work and after one that failed', async () => {
  const { swarm, done } = still()
  expect(await done()).toBe('done')
  expect(swarm.asked).toEqual([...stopped, 'redpanda=1', 'ingest=1'])
  const failing = still(() => {
    throw new UserError('no room')
  })
  await expect(failing.done()).rejects.toThrow('no room')
  expect(failing.swarm.asked).toEqual([...stopped, 'redpanda=1', 'ingest=1'])
})

test.each(['while the work failed', 'while it went well'])(
  'a lock that was lost %s leaves the log to whoever has it, and says what to run',
  async when => {
    const one = still(() => {
      one.lock.isLost = true
      if (when.includes('failed')) throw new UserError('the connection broke')
    })
    const told = await one.done().catch((error: unknown) => (error instanceof UserError ? error.message : ''))
    expect(told).toContain('lost the lock of host-1')
    expect(told?.includes('the connection broke')).toBe(when.includes('failed'))
    expect(told).toContain('npx zx ops/status.ts')
    expect(told).toContain('the same command again')
    expect(one.swarm.asked).toEqual(stopped)
  },
)

test('a log that is replaced in part is not started', async () => {
  const { swarm, done } = still(() => {
    throw new HalfReplaced(new UserError('the connection broke'))
  })
  await expect(done()).rejects.toThrow(/the connection broke\n.*the same command again goes on/)
  expect(swarm.asked).toEqual(stopped)
})
