import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readCompose } from './compose.ts'
import { notAsAsked, replicasIn } from './replicas.ts'

const file = (replicas: string) =>
  readCompose({ name: 'a.yml', text: `services: { a: { deploy: { replicas: ${replicas} } } }` })

test.each([
  ['2', 2],
  ['0', 0],
  [`"$\{TASKS:-3}"`, 5],
  [`"$\{UNSET:-3}"`, 3],
  [`"$\{EMPTY:-3}"`, 3],
  [`"$\{EMPTY-3}"`, undefined],
  [`"$\{TASKS}"`, 5],
  ['"$TASKS"', 5],
  [`"$\{TASKS:?how many}"`, undefined],
  ['"many"', undefined],
  ['1.5', undefined],
])('replicas: %s is %s', (text, tasks) => {
  expect(replicasIn([file(text)], 'a', { TASKS: '5', EMPTY: '' })).toBe(tasks)
})

test('nothing said is one task; of several files the last one counts, but for a 0', () => {
  const silent = readCompose({ name: 'a.yml', text: 'services: { a: { image: b } }' })
  expect(replicasIn([silent], 'a', {})).toBe(1)
  expect(replicasIn([silent], 'b', {})).toBeUndefined()
  expect(replicasIn([file('3'), file('2'), silent], 'a', {})).toBe(2)
  expect(replicasIn([file('3'), file('0')], 'a', {})).toBe(3)
  expect(replicasIn([file('0'), file('0')], 'a', {})).toBe(0)
})

test('the log and the workers of our own file are as many as their variables say', () => {
  const path = new URL('../../../compose/docker-compose.prod.yml', import.meta.url)
  const ours = readCompose({ name: 'prod.yml', text: readFileSync(path, 'utf8') })
  const tasks = (service: string, variables = {}) => replicasIn([ours], service, variables)
  expect(['redpanda', 'ingest', 'worker', 'batch', 'dashboard'].map(name => tasks(name))).toEqual([
    ...[1, 1, 3, 1, 1],
  ])
  expect(tasks('redpanda', { REDPANDA_REPLICAS: '0' })).toBe(0)
  expect(tasks('worker', { WORKERS: '6' })).toBe(6)
})

test('what stands still is told from what is too few', () => {
  expect(notAsAsked(0, 1)).toBe('stands still')
  expect(notAsAsked(1, 3)).toBe('1 of 3 wanted')
})
