import { expect, test } from 'vitest'
import { LostMembershipError, orAborted, whileBeating } from './heartbeat.ts'

const never = new AbortController().signal
/** Waits for the signal, as something that retries does. */
const untilAborted = (signal: AbortSignal) => orAborted(new Promise<never>(() => {}), signal)

test('the group hears from us while something takes long', async () => {
  let beats = 0
  const third = Promise.withResolvers<void>()
  const heartbeat = async () => {
    beats++
    if (beats === 3) third.resolve()
  }
  expect(await whileBeating(heartbeat, 1, never, () => third.promise.then(() => 'done'))).toBe('done')
  expect(beats).toBeGreaterThanOrEqual(3)
})

test('when the group no longer wants us the waiting ends, with what it said as the cause', async () => {
  const rebalance = new Error('rebalance in progress')
  const ended = whileBeating(() => Promise.reject(rebalance), 1, never, untilAborted)
  await expect(ended).rejects.toThrow(LostMembershipError)
  await expect(ended).rejects.toMatchObject({ cause: rebalance })
})

test('what finishes all the same is still the answer', async () => {
  const answer = whileBeating(
    () => Promise.reject(new Error('rebalance in progress')),
    1,
    never,
    async signal => {
      await untilAborted(signal).catch(() => {})
      return 'stored'
    },
  )
  expect(await answer).toBe('stored')
})

test('a stop ends the waiting with its own reason', async () => {
  const stop = new AbortController()
  const ended = whileBeating(async () => {}, 1_000, stop.signal, untilAborted)
  stop.abort(new Error('stopping'))
  await expect(ended).rejects.toThrow('stopping')
})

test('a signal that came before is heard too', async () => {
  await expect(orAborted(Promise.resolve(1), AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone')
})
