import { expect, test } from 'vitest'
import { help, sourceFlags } from './flags.ts'

const simulate = (...more: string[]) => sourceFlags(['--mode', 'simulate', ...more])

test('without more, the simulator has the live rate and no faults', () => {
  expect(simulate()).toMatchObject({ mode: 'simulate', host: '127.0.0.1', port: 0, rate: 37.4, faults: {} })
})

test('faults are named by their path, several at once', () => {
  const flags = simulate(
    ...['--fault', 'cutEvery=500', '--fault', 'poison.broken_json.count=3'],
    ...['--fault', 'poison.nul_text.rate=0.5', '--fault', 'requireContact=true'],
  )
  expect(flags).toMatchObject({
    faults: {
      cutEvery: 500,
      poison: { broken_json: { count: 3 }, nul_text: { rate: 0.5 } },
      requireContact: true,
    },
  })
})

test.each([
  ['nonsense=1', 'Unrecognized key: "nonsense"'],
  ['duplicate.rate=2', 'Too big'],
  ['duplicate.rate', 'duplicate.rate'],
  ['poison.bad_mood.count=1', 'poison'],
  ['__proto__.polluted=1', '__proto__'],
])('a fault that there is not is refused by name: %s', (fault, said) => {
  expect(() => simulate('--fault', fault)).toThrow(said)
  expect(Object.keys({}.constructor.prototype)).not.toContain('polluted')
})

test.each([
  [['--rate', '0'], '--rate is '],
  [['--rate', 'fast'], "--rate is 'fast': must be a number of events a second above 0."],
  [['--rate', ''], '--rate'],
  [['--total', '-1'], '--total'],
  [['--port', '65536'], "--port is '65536': must be a number from 0 to 65535."],
  [['--cut-after', '0'], '--cut-after'],
  [['--log-level', 'loud'], 'loud'],
  [['--speed', '3'], '--speed'],
])('a wrong flag is said with what is allowed: %j', (flags, said) => {
  expect(() => simulate(...flags)).toThrow(said)
})

test('a total of 0 is a stream without events, not one without end', () => {
  expect(simulate('--total', '0')).toMatchObject({ total: 0 })
})

test('a seed may be any text; the same text is the same seed', () => {
  expect(simulate('--seed', '42')).toMatchObject({ seed: 42 })
  const seeds = ['wikiflow', 'wikiflow', 'wikiflov'].map(seed => simulate('--seed', seed))
  expect(seeds[0]).toEqual(seeds[1])
  expect(seeds[0]).not.toEqual(seeds[2])
})

test('a replay needs its file', () => {
  expect(() => sourceFlags(['--mode', 'replay'])).toThrow('--file')
  expect(sourceFlags(['--mode', 'replay', '--file', 'x'])).toMatchObject({ mode: 'replay', file: 'x' })
  expect(() => sourceFlags([])).toThrow('--mode is missing')
})

test('help wins over everything, and names every kind of fault', () => {
  expect(sourceFlags(['--mode', 'replay', '--help'])).toEqual({ mode: 'help' })
  expect(help).toContain('deep_nesting')
})
