/** What the Compose files are read with, in the words of a description. */
export type PipelineSettings = {
  workers: number
  /** Who reads the source; Wikimedia's hosts refuse who names nobody. */
  contact?: string | undefined
  source?: { url?: string | undefined; since?: string | undefined } | undefined
  /** An outside Kafka; left out, Redpanda on the first host. */
  kafka?:
    | {
        brokers: readonly string[]
        tls: 'off' | 'system' | 'own-ca'
        sasl?: { mechanism: string; username: string } | undefined
      }
    | undefined
  database: { host: string; port: number; name: string; owner: string }
  lake: { url: string; rotateS: number; region?: string | undefined }
  /** Port of the first host on which the dashboard is published. */
  dashboardPort: number
  logLevel?: string | undefined
}

/** Where docker-compose.kafka-ca.yml puts the CA of the brokers' certificates. */
const kafkaCaFile = '/etc/wikiflow/kafka-ca.pem'

/**
 * The variables of the Compose files, by name; what isn't given is left out, for an empty one would be taken as unset
 * by some and as a value by others. Values are taken as they are: docker puts them in after it has parsed the files.
 */
export function variablesOf(settings: PipelineSettings): Record<string, string> {
  const { kafka, database, lake, source } = settings
  const variables: Record<string, string | undefined> = {
    WORKERS: String(settings.workers),
    WIKIFLOW_CONTACT: settings.contact,
    SOURCE_URL: source?.url,
    SOURCE_SINCE: source?.since,
    KAFKA_BROKERS: kafka?.brokers.join(','),
    KAFKA_TLS: kafka?.tls === 'own-ca' ? kafkaCaFile : kafka?.tls,
    KAFKA_SASL_MECHANISM: kafka?.sasl?.mechanism,
    KAFKA_USERNAME: kafka?.sasl?.username,
    PGHOST: database.host,
    PGPORT: String(database.port),
    PGDATABASE: database.name,
    PGUSER: database.owner,
    LAKE_URL: lake.url,
    LAKE_ROTATE_S: String(lake.rotateS),
    AWS_REGION: lake.region,
    DASHBOARD_PORT: String(settings.dashboardPort),
    LOG_LEVEL: settings.logLevel,
  }
  return Object.fromEntries(
    Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}
