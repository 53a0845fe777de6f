import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startBroker } from '../../ops/lib/local/broker/broker.ts'
import { groupSettings, type Subject } from './subject.ts'

/** The embedded broker in a folder of its own. */
export async function startEmbedded(): Promise<Subject> {
  const dataDir = await mkdtemp(join(tmpdir(), 'wikiflow-broker-'))
  const options = {
    dataDir,
    groupInitialDelayMs: groupSettings.initialDelayMs,
    sessionTimeoutMs: groupSettings.sessionTimeoutMs,
  }
  let broker = await startBroker({ ...options, port: 0 })
  const { port } = broker
  return {
    brokers: broker.address,
    restart: async () => {
      await broker.stop()
      broker = await startBroker({ ...options, port })
    },
    stop: async () => {
      await broker.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
