import { expect, test } from 'vitest'
import { parseContainers } from './docker-containers.ts'

const line = (container: Record<string, unknown>) =>
  JSON.stringify({ Name: 'x', Publishers: null, ...container })

test('what died, what keeps dying and what never gets healthy is told apart from a job that is done', () => {
  const text = [
    line({ Service: 'init', State: 'exited', Health: '', ExitCode: 0 }),
    line({ Service: 'postgres', State: 'exited', Health: '', ExitCode: 137 }),
    line({ Service: 'ingest', State: 'restarting', Health: '', ExitCode: 78 }),
    line({ Service: 'worker', State: 'running', Health: 'unhealthy', ExitCode: 0 }),
    line({ Service: 'batch', State: 'created' }),
    line({ Service: 'dashboard', State: 'running', Health: 'healthy', ExitCode: 0 }),
    '',
  ].join('\n')
  expect(parseContainers(text)).toEqual([
    { service: 'init' },
    { service: 'postgres', trouble: 'ended with code 137' },
    { service: 'ingest', trouble: 'is restarting' },
    { service: 'worker', trouble: 'is running, but not healthy (unhealthy)' },
    { service: 'batch' },
    { service: 'dashboard' },
  ])
})

test('a stack that was never started has no containers', () => {
  expect(parseContainers('\n')).toEqual([])
})
