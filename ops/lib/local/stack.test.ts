import { expect, test } from 'vitest'
import { type StackOptions, stackProcesses } from './stack.ts'
import { type StateDir } from './state-dir.ts'

const state: StateDir = {
  path: '/data/simulate',
  broker: '/data/simulate/broker',
  postgres: '/data/simulate/postgres',
  lake: '/data/simulate/lake',
  logs: '/data/simulate/logs',
  sourceState: '/data/simulate/source.json',
  passwordFiles: { owner: '/secret/owner', writer: '/secret/writer', reader: '/secret/reader' },
}
const options: StackOptions = {
  source: 'simulate',
  seed: 'wikiflow',
  faults: [],
  workers: 3,
  ports: { dashboard: 3000, kafka: 19092, postgres: 15432, source: 4000 },
  healthPorts: {
    ingest: 5001,
    'worker-1': 5002,
    'worker-2': 5003,
    'worker-3': 5004,
    lake: 5005,
    dashboard: 5006,
  },
}

test('engines start before the schema is made, and the schema before the services', () => {
  const order = Map.groupBy(stackProcesses(options, state), spec => spec.startStage)
  expect([...order].map(([, specs]) => specs.map(spec => spec.name))).toEqual([
    ['broker', 'postgres', 'source'],
    ['init'],
    ['ingest', 'worker-1', 'worker-2', 'worker-3', 'lake', 'dashboard'],
  ])
})

test('what feeds the log stops first, what reads it next, the engines last, all within ten seconds', () => {
  const specs = stackProcesses(options, state)
  const stage = (name: string) => specs.find(spec => spec.name === name)?.stopStage ?? Number.NaN
  expect(stage('ingest')).toBeLessThan(stage('worker-1'))
  expect(stage('lake')).toBeLessThan(stage('broker'))
  expect(stage('worker-3')).toBeLessThan(stage('postgres'))
  const longest = Map.groupBy(specs, spec => spec.stopStage)
    .values()
    .map(specs => Math.max(...specs.map(spec => spec.stopMs)))
  expect(longest.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(10_000)
})

test('no password stands in an argument or the environment, only the name of its file', () => {
  for (const spec of stackProcesses(options, state)) {
    for (const name of Object.keys(spec.env)) expect(name).not.toMatch(/PASSWORD$|SECRET/)
  }
})

test('the live source needs no local one, and keeps the lake at its own rhythm', () => {
  const specs = stackProcesses({ ...options, source: 'live' }, state)
  expect(specs.map(spec => spec.name)).not.toContain('source')
  expect(specs.find(spec => spec.name === 'lake')?.env).not.toHaveProperty('LAKE_ROTATE_S')
  expect(specs.find(spec => spec.name === 'ingest')?.env.SOURCE_URL).toBe(
    'https://stream.wikimedia.org/v2/stream/recentchange',
  )
})
