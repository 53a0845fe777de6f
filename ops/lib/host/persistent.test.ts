import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { UserError } from '../script.ts'
import { type Host, type Ran } from './host.ts'
import { persistent } from './persistent.ts'
import { ConnectionLost, Unreachable } from './ssh-failure.ts'

const quick = { awayMs: 60, pauseMs: 2 }

const well: Ran = { code: 0, stdout: 'well', stderr: '' }

/** A host that answers, in turn, as it is told. */
function hostWith(...answers: (Ran | Error)[]): Host & { runs: number } {
  const host = {
    address: { name: 'host-1', user: 'u', address: '198.51.100.7', port: 22, keyName: 'k' },
    runs: 0,
    run: async () => {
      const answer = answers[Math.min(host.runs++, answers.length - 1)]
      if (!answer || answer instanceof Error) throw answer
      return answer
    },
    close: async () => {},
  }
  return host
}

test('a script goes on over a connection that broke, and a host that is away for a moment', async () => {
  const host = hostWith(well, new ConnectionLost('broke'), new Unreachable('refused'), well)
  const again = persistent(host, quick)
  await again.run('true')
  expect(await again.run('true')).toBe(well)
  expect(host.runs).toBe(4)
})

test('a host that was never reached is not waited for', async () => {
  const host = hostWith(new Unreachable('refused'))
  await expect(persistent(host, quick).run('true')).rejects.toThrow('refused')
  expect(host.runs).toBe(1)
})

test('what waiting does not mend is told at once: another key, a refused user', async () => {
  const host = hostWith(well, new UserError('another key'))
  const again = persistent(host, quick)
  await again.run('true')
  await expect(again.run('true')).rejects.toThrow('another key')
  expect(host.runs).toBe(2)
})

test('a host that stays away is given up after a while', async () => {
  const host = hostWith(well, new ConnectionLost('broke'))
  const again = persistent(host, quick)
  await again.run('true')
  await expect(again.run('true')).rejects.toThrow('broke')
  expect(host.runs).toBeGreaterThan(3)
})

test('half of a stream is never sent as if it were all of it', async () => {
  const host = hostWith(new ConnectionLost('broke'), well)
  await expect(persistent(host, quick).run('cat', [], { stdin: Readable.from(['x']) })).rejects.toThrow(
    'broke',
  )
  expect(host.runs).toBe(1)
})

test('Ctrl-C ends the waiting', async () => {
  const stop = new AbortController()
  const host = hostWith(well, new ConnectionLost('broke'))
  const again = persistent(host, quick)
  await again.run('true')
  const run = again.run('true', [], { signal: stop.signal })
  stop.abort(new UserError('interrupted'))
  await expect(run).rejects.toThrow()
  expect(host.runs).toBeLessThan(4)
})
