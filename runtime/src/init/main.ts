/** One-shot, before a release starts: the topic and the database's schema. Exits 0 when both are as they should be. */
import pRetry from 'p-retry'
import { ConfigError, readConfig } from '../platform/config.ts'
import { createKafka, kafkaSettings } from '../platform/kafka.ts'
import { createLog, logSettings } from '../platform/log.ts'
import { isTransient, postgresSettings } from '../platform/postgres.ts'
import { exitConfig } from '../platform/service.ts'
import { ensureSchema, schemaSettings } from './schema.ts'
import { ensureTopic, topicSettings } from './topic.ts'

try {
  const config = readConfig([
    ...logSettings,
    ...kafkaSettings,
    ...postgresSettings,
    ...schemaSettings,
    ...topicSettings,
  ])
  const log = await createLog('init', config)
  const isAway = (error: Error) => isTransient(error) && !(error instanceof ConfigError)
  const retry = { retries: 10, minTimeout: 250, maxTimeout: 5_000, randomize: true }
  await pRetry(() => ensureSchema(config, log), {
    ...retry,
    shouldRetry: ({ error }) => isAway(error),
    onFailedAttempt: ({ error }) => {
      if (isAway(error)) log.warn(`the database isn't ready: ${error.message}`)
    },
  })
  const state = await ensureTopic(createKafka(config, { clientId: 'wikiflow-init', log }), config)
  log.info({ state }, 'topic is as configured')
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
  process.exitCode = error instanceof ConfigError ? exitConfig : 1
}
