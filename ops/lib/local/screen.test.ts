import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { type Child, type ChildState } from './child.ts'
import { createScreen, unreadyIn } from './screen.ts'

const headline = { source: 'SIMULATED', dashboard: 'd', kafka: 'k', postgres: 'p', stateDir: '/state' }

function processNamed(name: string, state: ChildState['state']) {
  const now = { state, restarts: 0, reason: undefined, detail: {} } as ChildState
  return { child: { spec: { name }, current: () => now } as unknown as Child, now }
}

test('the last plain word on each process tells which of them are not ready', () => {
  const [init, broker, worker] = [
    processNamed('init', 'done'),
    processNamed('broker', 'starting'),
    processNamed('worker-1', 'ready'),
  ]
  const out = new PassThrough({ encoding: 'utf8' })
  const children = [init, broker, worker]
  const screen = createScreen(out as unknown as NodeJS.WriteStream, headline, () =>
    children.map(({ child }) => child),
  )
  for (const { child } of children) screen.changed(child)
  Object.assign(broker.now, { state: 'ready' })
  screen.changed(broker.child)
  Object.assign(worker.now, { state: 'restarting', restarts: 2, reason: "can't listen on HEALTH_PORT 41" })
  screen.changed(worker.child)
  const said = String(out.read())
  expect(unreadyIn(said)).toBe("worker-1 restarting, restarted 2 times: can't listen on HEALTH_PORT 41")
  Object.assign(worker.now, { state: 'ready' })
  screen.changed(worker.child)
  screen.close()
  expect(unreadyIn(said + String(out.read()))).toBe('')
})
