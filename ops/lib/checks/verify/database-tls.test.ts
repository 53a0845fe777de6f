import { expect, test } from 'vitest'
import { type SwarmService } from '../../swarm/swarm.ts'
import { judgeTls, type Session, trustingNobody } from './database-tls.ts'

const service = (Env: string[] | null): SwarmService => ({
  ID: 'a',
  Version: { Index: 1 },
  Spec: { Name: 'a', Mode: {}, TaskTemplate: { ContainerSpec: { Image: 'a', Env } } },
})
const session = (changes: Partial<Session> = {}): Session => ({
  ...{ role: 'wikiflow_writer', name: 'wikiflow worker', ssl: true, version: 'TLSv1.3' },
  ...changes,
})

test('a service that reaches the database and trusts nobody is named', () => {
  const services = new Map([
    ['ingest', service(['KAFKA_BROKERS=redpanda:9092'])],
    ['redpanda', service(null)],
    ['worker', service(['PGHOST=db', 'PGSSL_CA_FILE=/etc/wikiflow/database-ca.pem'])],
    ['batch', service(['PGHOST=db', 'PGSSL_CA_FILE='])],
    ['dashboard', service(['NOTE=a=b', 'PGHOST=db'])],
  ])
  expect(trustingNobody({ services })).toEqual(['batch', 'dashboard'])
  expect(judgeTls(['batch'], [session()])).toMatchObject({
    state: 'failed',
    found: expect.stringMatching(/^batch may/),
  })
})

test('a session that is not encrypted, or not known to be, fails', () => {
  expect(judgeTls([], [session(), session({ ssl: false }), session({ ssl: null, name: '' })])).toMatchObject({
    state: 'failed',
    found: 'not encrypted: wikiflow worker (wikiflow_writer), a session without a name (wikiflow_writer)',
  })
})

test('all encrypted: how many sessions, by which versions', () => {
  expect(judgeTls([], [session(), session({ version: 'TLSv1.2' })]).found).toMatch(
    /2 sessions of workers and lake, all by TLSv1\.2 and TLSv1\.3$/,
  )
  expect(judgeTls([], []).state).toBe('ok')
})
