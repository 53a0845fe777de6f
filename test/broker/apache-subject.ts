import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startApacheKafka } from '../engines/apache-kafka.ts'
import { freePort } from '../engines/free-port.ts'
import { groupSettings, type Subject } from './subject.ts'

/** Apache Kafka in a folder of its own. */
export async function startApache(): Promise<Subject> {
  const dataDir = await mkdtemp(join(tmpdir(), 'wikiflow-kafka-'))
  const kafka = await startApacheKafka({
    dataDir,
    port: await freePort(),
    properties: {
      'group.initial.rebalance.delay.ms': String(groupSettings.initialDelayMs),
      'group.min.session.timeout.ms': String(groupSettings.sessionTimeoutMs.least),
      'group.max.session.timeout.ms': String(groupSettings.sessionTimeoutMs.most),
    },
  })
  return {
    brokers: kafka.brokers,
    restart: kafka.restart,
    stop: async () => {
      await kafka.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
