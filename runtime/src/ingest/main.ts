/** Wikimedia's event stream → the topic `wiki.recentchange`, every event exactly once. */
import { createKafka, kafkaSettings } from '../platform/kafka.ts'
import { runService } from '../platform/service.ts'
import { startIngest } from './ingest.ts'
import { userAgentFor } from './user-agent.ts'

const settings = [
  ...kafkaSettings,
  'SOURCE_URL',
  'WIKIFLOW_CONTACT',
  'SOURCE_SINCE',
  'DEDUPE_WINDOW_S',
  'REWIND_MS',
  'SOURCE_IDLE_S',
] as const

await runService('ingest', settings, async ({ config, log, metrics, fatal }) => {
  const url = new URL(config.SOURCE_URL)
  // Refused at once, not after the log's end is read.
  userAgentFor(url, config.WIKIFLOW_CONTACT)
  const ingest = startIngest({
    kafka: createKafka(config, { clientId: 'wikiflow-ingest', log }),
    url,
    contact: config.WIKIFLOW_CONTACT,
    since: config.SOURCE_SINCE,
    windowS: config.DEDUPE_WINDOW_S,
    rewindMs: config.REWIND_MS,
    idleMs: config.SOURCE_IDLE_S * 1_000,
    log,
    metrics,
  })
  ingest.ended.catch(fatal)
  return ingest
})
