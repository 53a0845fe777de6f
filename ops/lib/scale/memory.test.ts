import { expect, test } from 'vitest'
import { arithmetic, assertFits, fill, type Load, type Room } from './memory.ts'

/** The limits of `compose/docker-compose.prod.yml`, in MiB. */
const loads = (workers: number): Load[] => [
  { service: 'redpanda', mib: 1_800, tasks: 1, onFirst: true },
  { service: 'ingest', mib: 192, tasks: 1, onFirst: false },
  { service: 'worker', mib: 224, tasks: workers, onFirst: false },
  { service: 'batch', mib: 384, tasks: 1, onFirst: false },
  { service: 'dashboard', mib: 128, tasks: 1, onFirst: true },
]

/** What the kernel of a t3.medium shows. */
const medium = (name: string): Room => ({ name, isFirst: name === 'host-1', totalMib: 3_834 })

const fits = (hosts: readonly string[], workers: number) => () =>
  assertFits(fill(hosts.map(medium), loads(workers)), `${workers} workers`, 'Take more.')

test('one host with 4 GB holds three workers, and not four', () => {
  expect(fits(['host-1'], 3)).not.toThrow()
  expect(fits(['host-1'], 4)).toThrow(
    "4 workers don't fit, were each service to reach its limit of memory: host-1: redpanda 1,800 + dashboard 128 + 4 × worker 224 + batch 384 + ingest 192 + one more worker at its update 224 = 3,624 of 3,484 MiB (3,834 less 350 for the system). Take more.",
  )
})

test('two of them hold twelve, one for each partition', () => {
  expect(fits(['host-1', 'host-2'], 12)).not.toThrow()
})

test('workers are shared out, and what may be anywhere is where there is room', () => {
  const [first, second] = fill([medium('host-1'), medium('host-2')], loads(5))
  expect(first && arithmetic(first)).toBe(
    'host-1: redpanda 1,800 + dashboard 128 + 2 × worker 224 = 2,376 of 3,484 MiB (3,834 less 350 for the system)',
  )
  expect(second?.loads.map(({ service, tasks }) => `${tasks} ${service}`)).toEqual([
    '3 worker',
    '1 batch',
    '1 ingest',
    '1 one more worker at its update',
  ])
})

test('nodes that are not there hold nothing', () => {
  expect(fill([], loads(3))).toEqual([])
})
