import { join } from 'node:path'

/** A command line with the environment that it is run in, beside this process's own. */
export type Command = { file: string; args: readonly string[]; env: Readonly<Record<string, string>> }

/** Where the stack of containers on this machine is, and what it is given. */
export type DockerStack = {
  /** The project's root. */
  root: string
  /** Folder with the files of `makeDockerSecrets`. */
  secrets: string
  ports: { dashboard: number; minio: number }
  workers: number
}

/** Compose's name of the stack: part of the names of containers and volumes. */
const project = 'wikiflow-local'

/** The image that is built from this checkout. */
const image = 'wikiflow:local'

/** How long all may take to get healthy once they are started, in seconds: longer than a health check's own patience. */
const waitS = 300

/** Builds the image, starts all, and returns once every service is healthy, or one ends, or the time is over. */
export function upCommand(stack: DockerStack): Command {
  const wait = ['--wait', '--wait-timeout', String(waitS)]
  return compose(stack, ['up', '--build', '--detach', ...wait, '--remove-orphans'])
}

/**
 * Stops and removes the containers, then the network; the volumes with log, database and lake stay. `down` alone would
 * leave those without a name behind, new ones each time.
 */
export function downCommands(stack: DockerStack): Command[] {
  return [
    compose(stack, ['rm', '--stop', '--force', '--volumes']),
    compose(stack, ['down', '--remove-orphans']),
  ]
}

/** Removes the containers and the volumes: log, database and lake are lost. */
export function resetCommand(stack: DockerStack): Command {
  return compose(stack, ['down', '--remove-orphans', '--volumes'])
}

/** What services said last. */
export function logsCommand(stack: DockerStack, services: readonly string[]): Command {
  return compose(stack, ['logs', '--no-log-prefix', '--tail', '20', ...services])
}

/** What Compose knows of the containers, one JSON object a line, the ended ones too. */
export function listCommand(stack: DockerStack): Command {
  return compose(stack, ['ps', '--all', '--format', 'json'])
}

function compose({ root, secrets, ports, workers }: DockerStack, verb: readonly string[]): Command {
  const file = (name: string) => join(root, 'compose', `docker-compose.${name}.yml`)
  return {
    file: 'docker',
    args: ['compose', '--project-name', project, '--file', file('prod'), '--file', file('local'), ...verb],
    env: {
      WIKIFLOW_IMAGE: image,
      SECRETS: secrets,
      WORKERS: String(workers),
      DASHBOARD_PORT: String(ports.dashboard),
      MINIO_PORT: String(ports.minio),
      // What docker-compose.prod.yml asks for and docker-compose.local.yml sets for the services themselves.
      PGHOST: 'postgres',
      PGUSER: 'wikiflow_owner',
      LAKE_URL: 's3://wikiflow/lake',
      // Not what the shell happens to hold for a stack elsewhere.
      KAFKA_BROKERS: '',
      PGPORT: '',
      PGDATABASE: '',
      REDPANDA_REPLICAS: '1',
      WIKIFLOW_RELEASE: 'local',
    },
  }
}
