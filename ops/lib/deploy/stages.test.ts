import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { stateFolder } from '../script.ts'
import { showStages } from './stages.ts'

const usual = { state: stateFolder }

function plainLog(meant: Parameters<typeof showStages>[1], now?: () => number) {
  const out = new PassThrough({ encoding: 'utf8' })
  return { stages: showStages(out, meant, now), lines: () => String(out.read() ?? '').split('\n') }
}

test('without a terminal, a stage is a line when it begins, one every ten seconds, and one with its time', async () => {
  let ms = 0
  const { stages, lines } = plainLog(usual, () => ms)
  const result = await stages.run('building', async say => {
    say('step 1')
    ms = 10_000
    say('step\u001b[31m 2')
    ms = 12_000
    say('step 3')
    return 'image'
  })
  stages.close()
  expect(result).toBe('image')
  const [begun = '', goesOn = '', done = ''] = lines()
  expect(begun).toBe('  building')
  expect(goesOn).toMatch(/^ {2}building \(10 s\): step/)
  expect(goesOn).not.toContain('\u001b')
  expect(done).toBe('✓ building (12 s)')
})

test('one that fails says so, and what it threw goes on', async () => {
  const { stages, lines } = plainLog(usual)
  await expect(stages.run('building', () => Promise.reject(new Error('no disk')))).rejects.toThrow('no disk')
  expect(lines()).toEqual(['  building', '✗ building (0 s)', ''])
})

test('commands in a note mean the stack that the flags meant', () => {
  const { stages, lines } = plainLog({ target: 'hosts.json', state: stateFolder })
  stages.note('host-2 is left over: npx zx ops/scale.ts --nodes 1 removes it')
  expect(lines()[0]).toBe(
    "host-2 is left over: npx zx ops/scale.ts --target 'hosts.json' --nodes 1 removes it",
  )
})
