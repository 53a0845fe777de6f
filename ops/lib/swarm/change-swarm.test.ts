import { expect, test } from 'vitest'
import { type Host, type Ran } from '../host/host.ts'
import { changeSwarm } from './change-swarm.ts'

const done: Ran = { code: 0, stdout: 'done', stderr: '' }
/** As Docker's command line says it. */
const overtaken: Ran = {
  code: 1,
  stdout: '',
  stderr:
    'failed to update service s_init: Error response from daemon: rpc error: code = Unknown desc = update out of sequence\n',
}

/** A manager that answers in turn, and what each script was given to read. */
function managerWith(...answers: Ran[]): { manager: Host; read: unknown[] } {
  const read: unknown[] = []
  const manager: Host = {
    address: { name: 'host-1', user: 'u', address: '198.51.100.7', port: 22, keyName: 'k' },
    run: async (_script, _args, options) => {
      read.push(options?.stdin)
      const answer = answers.shift()
      if (!answer) throw new Error('asked once too often')
      return answer
    },
    close: async () => {},
  }
  return { manager, read }
}

test('a change that the Swarm overtook is asked for again, with the same input', async () => {
  const { manager, read } = managerWith(overtaken, overtaken, done)
  expect(await changeSwarm(manager, 'scaling', 'true', [], { stdin: 'x' })).toBe('done')
  expect(read).toEqual(['x', 'x', 'x'])
})

test('what is refused for another reason is refused at once', async () => {
  const { manager, read } = managerWith({ code: 1, stdout: '', stderr: 'no such service' }, done)
  await expect(changeSwarm(manager, 'scaling', 'true')).rejects.toThrow(
    'scaling failed on host-1 (exit code 1): no such service',
  )
  expect(read).toHaveLength(1)
})

test('Ctrl-C ends the tries', async () => {
  const { manager } = managerWith(overtaken, done)
  const interrupted = new AbortController()
  const changing = changeSwarm(manager, 'scaling', 'true', [], { signal: interrupted.signal })
  interrupted.abort(new Error('interrupted'))
  await expect(changing).rejects.toThrow('interrupted')
})
