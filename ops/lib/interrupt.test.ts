import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'

const module = new URL('interrupt.ts', import.meta.url).href

/** Runs a body in a process of its own, which says `up` when it waits. */
async function run(body: string, act: (child: ReturnType<typeof spawn>) => void) {
  const program = `import { interruptible } from '${module}'
const until = signal => new Promise((_, reject) => {
  process.stdout.write('up')
  const timer = setInterval(() => {}, 1000)
  signal.addEventListener('abort', () => { clearInterval(timer); reject(signal.reason) })
})
${body}`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', text => (said += text))
  child.stdout.once('data', () => act(child))
  const [code, signal] = await once(child, 'close')
  return { code, signal, said }
}

const cleared = `try { await interruptible(until) }
catch (error) { process.stderr.write('cleared away: ' + error.message); process.exitCode = 3 }`

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s leaves time to clear away', async name => {
  const ended = await run(cleared, child => child.kill(name))
  expect(ended).toEqual({ code: 3, signal: null, said: 'cleared away: interrupted' })
})

/** Says that it is told to end, and takes its time for it, as a way back does. */
const slowly = `const slow = async work => { try { await work } catch (error) {
  process.stdout.write('ending')
  await new Promise(settle => setTimeout(settle, 500))
  throw error
} }
try { await interruptible(signal => slow(until(signal))) }
catch (error) { process.stderr.write('cleared away: ' + error.message); process.exitCode = 3 }`

const twice = (name: NodeJS.Signals) => (child: ReturnType<typeof spawn>) => {
  child.kill(name)
  child.stdout?.once('data', () => child.kill(name))
}

test('a closed terminal, of which both shell and kernel may tell, leaves time to clear away', async () => {
  expect(await run(slowly, twice('SIGHUP'))).toMatchObject({ code: 3, said: 'cleared away: interrupted' })
})

test('a second Ctrl-C ends what clears away, too', async () => {
  expect(await run(slowly, twice('SIGINT'))).toMatchObject({ signal: 'SIGINT', said: '' })
})

test.each(['stdout', 'stderr'] as const)(
  'a terminal that has gone is an end and no error, however often %s is written to',
  async name => {
    const gone = `const gone = () => process.${name}.emit('error', Object.assign(new Error('write EIO'), { code: 'EIO' }))
setInterval(gone, 5).unref()\n${cleared}`
    const ended = await run(gone, () => {})
    expect(ended).toEqual({ code: 3, signal: null, said: 'cleared away: interrupted' })
  },
)

test('what comes after is ended as usual', async () => {
  const ended = await run('await interruptible(async () => {}); await until(AbortSignal.any([]))', child =>
    child.kill('SIGINT'),
  )
  expect(ended.signal).toBe('SIGINT')
})

test('a reader that has gone, as head does, is an end and no error', async () => {
  const writing = `setInterval(() => process.stdout.write('x'.repeat(10_000)), 5).unref()\n${cleared}`
  const ended = await run(writing, child => child.stdout?.destroy())
  expect(ended).toEqual({ code: 3, signal: null, said: 'cleared away: interrupted' })
})
