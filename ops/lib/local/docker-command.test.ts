import { expect, test } from 'vitest'
import { downCommands, logsCommand, resetCommand, upCommand } from './docker-command.ts'

const stack = {
  root: '/home/o/wiki $(flow)',
  secrets: '/home/o/wiki $(flow)/.wikiflow/docker/secrets',
  ports: { dashboard: 3000, minio: 9001 },
  workers: 2,
}
const files = [
  '--file',
  '/home/o/wiki $(flow)/compose/docker-compose.prod.yml',
  '--file',
  '/home/o/wiki $(flow)/compose/docker-compose.local.yml',
]
const ahead = ['compose', '--project-name', 'wikiflow-local', ...files]

test('a folder with spaces and dollars in its name is one argument', () => {
  expect(upCommand(stack)).toEqual({
    file: 'docker',
    args: [...ahead, 'up', '--build', '--detach', '--wait', '--wait-timeout', '300', '--remove-orphans'],
    env: {
      WIKIFLOW_IMAGE: 'wikiflow:local',
      WIKIFLOW_RELEASE: 'local',
      SECRETS: stack.secrets,
      WORKERS: '2',
      DASHBOARD_PORT: '3000',
      MINIO_PORT: '9001',
      PGHOST: 'postgres',
      PGUSER: 'wikiflow_owner',
      PGPORT: '',
      PGDATABASE: '',
      LAKE_URL: 's3://wikiflow/lake',
      KAFKA_BROKERS: '',
      REDPANDA_REPLICAS: '1',
    },
  })
})

test('stopping keeps the data, and a reset alone takes it', () => {
  expect(downCommands(stack).map(({ args }) => args)).toEqual([
    [...ahead, 'rm', '--stop', '--force', '--volumes'],
    [...ahead, 'down', '--remove-orphans'],
  ])
  expect(resetCommand(stack).args).toEqual([...ahead, 'down', '--remove-orphans', '--volumes'])
})

test('the logs of what fails are asked for, not of all', () => {
  expect(logsCommand(stack, ['init', 'worker']).args.slice(ahead.length)).toEqual([
    'logs',
    '--no-log-prefix',
    '--tail',
    '20',
    'init',
    'worker',
  ])
})
