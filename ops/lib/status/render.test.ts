import { expect, test } from 'vitest'
import { renderStatus } from './render.ts'
import { type Status } from './status.ts'

const now = Date.parse('2026-11-01T12:00:00Z')
const figures = {
  memory: { total: 4 * 1024 ** 3, available: 1024 ** 3 },
  disk: { total: 30 * 1024 ** 3, free: 18 * 1024 ** 3 },
  load: 0.5,
  cpus: 2,
}
const service = {
  running: 1,
  wanted: 1,
  inSwarm: 1,
  nodes: { 'host-1': 1 },
  release: 'aaaaaaaaaaaa',
  trouble: undefined,
}
const asked = { state: 'ready', reason: null, partitions: null, lag: null }
const status: Status = {
  stack: 'wikiflow',
  release: 'aaaaaaaaaaaa',
  services: [
    { ...service, name: 'worker', running: 2, wanted: 2, inSwarm: 2, nodes: { 'host-1': 1, 'host-2': 1 } },
    {
      ...service,
      name: 'batch',
      release: 'bbbbbbbbbbbb',
      trouble: 'task: non-zero exit (1) at 11:59:00 UTC',
    },
  ],
  nodes: [
    { name: 'host-1', address: '10.0.0.1', state: 'ready', figures },
    { name: 'host-2', address: '10.0.0.2', state: 'down', figures: "host-2 can't be reached" },
  ],
  pipeline: {
    state: 'current',
    counted: { total: 12_345, perSecond: 37.4, newestEventAt: '2026-11-01T11:59:58Z' },
    services: [
      { ...asked, name: 'worker 1', partitions: [0, 1, 2], lag: 5 },
      { ...asked, name: 'worker 2', partitions: [3], lag: 1_200 },
      { ...asked, name: 'lake', state: 'not ready', reason: 'no \u001b[31mbucket' },
    ],
  },
  costPerDay: 1.684,
}

test('one screen: who runs where, what it does, what the hosts have, what it costs', () => {
  expect(renderStatus(status, now)).toBe(`wikiflow · release aaaaaaaaaaaa · $1.68 a day

service  tasks  on              does
worker   2/2    host-1, host-2  ready, 4 partitions, lag 1,205
batch    1/1    host-1          no \\u{1b}[31mbucket; release bbbbbbbbbbbb; last failure: task: non-zero exit (1) at 11:59:00 UTC

node    state  memory                disk                    load
host-1  ready  3.0 of 4.0 GiB, 75 %  12.0 of 30.0 GiB, 40 %  0.5 on 2 CPUs
host-2  down   host-2 can't be reached

12,345 records counted, 37.4 a second; the newest event is 2 s old. The page says: current.`)
})

test('what stands still since a killed backup is told as such, with what starts it', () => {
  const services = [{ ...service, name: 'redpanda', running: 0, inSwarm: 0, nodes: {} }]
  expect(renderStatus({ ...status, services }, now)).toMatch(
    /^redpanda {2}0\/1 {4}- {3}stands still: unless .* npx zx ops\/deploy\.ts puts it right$/m,
  )
})

test('what the dashboard does not say is said in its place', () => {
  const silent = { ...status, pipeline: "the dashboard doesn't answer on port 80", costPerDay: undefined }
  const lines = renderStatus(silent, now).split('\n')
  expect(lines[0]).toBe('wikiflow · release aaaaaaaaaaaa')
  expect(lines.at(-1)).toBe("the dashboard doesn't answer on port 80")
})
