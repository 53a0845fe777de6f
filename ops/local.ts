/** `npx zx ops/local.ts --docker`: the whole pipeline in containers on this machine. */
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { typed } from './lib/ask.ts'
import { resetDocker, startDocker, stopDocker } from './lib/local/docker.ts'
import { type DockerStack } from './lib/local/docker-command.ts'
import { makeDockerSecrets } from './lib/local/docker-secrets.ts'
import { runScript, scriptArgs, stateFolder, UserError } from './lib/script.ts'

const help = `npx zx ops/local.ts --docker [options]      the whole pipeline in containers on this machine

The image and the Compose file of production, with PostgreSQL and MinIO beside them: for trying out what will run on a
host. It takes 4 GB of memory; \`npm start\` runs the same pipeline without Docker, in a tenth of the time.

  --docker              run it in containers
  --down                stop it; log, database and lake stay
  --reset               asks, then stops it and removes log, database and lake
  --confirm wikiflow    agree to --reset beforehand
  --workers N           processing workers, 1 to 12 (default 3)
  --dashboard-port N    default 3000
  --minio-port N        MinIO's page (default 9001)
  --state DIR           where its passwords are kept (default .wikiflow)

From the environment: WIKIFLOW_CONTACT, an e-mail address or a page that says who reads Wikimedia's stream, or
SOURCE_URL, another stream; SOURCE_SINCE, LAKE_ROTATE_S, LOG_LEVEL; NPM_CONFIG_REGISTRY, a mirror to build from.

Exit code: 0 it serves, or is stopped · 1 it doesn't: the sentence says what is missing`

await runScript(async () => {
  const { values } = parseArgs({
    args: scriptArgs(import.meta.url),
    options: {
      help: { type: 'boolean', short: 'h' },
      docker: { type: 'boolean', default: false },
      down: { type: 'boolean', default: false },
      reset: { type: 'boolean', default: false },
      confirm: { type: 'string' },
      workers: { type: 'string', default: '3' },
      'dashboard-port': { type: 'string', default: '3000' },
      'minio-port': { type: 'string', default: '9001' },
      state: { type: 'string', default: stateFolder },
    },
  })
  if (values.help) {
    console.log(help)
    return
  }
  if (!values.docker && !values.down && !values.reset) {
    throw new UserError('without Docker the pipeline starts with `npm start`; in containers with --docker')
  }
  const stack: DockerStack = {
    root: fileURLToPath(new URL('..', import.meta.url)),
    secrets: makeDockerSecrets(resolve(values.state)),
    ports: {
      dashboard: integer('--dashboard-port', values['dashboard-port'], 1, 65_535),
      minio: integer('--minio-port', values['minio-port'], 1, 65_535),
    },
    workers: integer('--workers', values.workers, 1, 12),
  }
  if (values.reset) {
    const question = 'Remove the containers with their log, database and lake? Type wikiflow:'
    if (!(await typed(question, 'wikiflow', values.confirm))) {
      console.log('Nothing was removed.')
      return
    }
    await resetDocker(stack)
    console.log('\nAll is removed. Next: npx zx ops/local.ts --docker')
  } else if (values.down) {
    await stopDocker(stack)
    console.log('\nStopped; its data stays. Next: npx zx ops/local.ts --docker goes on, --reset removes it')
  } else {
    assertSource(process.env)
    await startDocker(stack)
    const { dashboard, minio } = stack.ports
    console.log(`\nThe pipeline serves: http://127.0.0.1:${dashboard} (its lake: http://127.0.0.1:${minio})`)
    console.log('Next: npx zx ops/local.ts --down stops it')
  }
})

/** @throws UserError: ingest would end at once, and say why where nobody looks. */
function assertSource({ WIKIFLOW_CONTACT, SOURCE_URL }: NodeJS.ProcessEnv): void {
  if (WIKIFLOW_CONTACT || SOURCE_URL) return
  throw new UserError(
    "WIKIFLOW_CONTACT is not set, and Wikimedia refuses readers that don't say who they are: set it to an e-mail " +
      'address or the URL of a page about you, or SOURCE_URL to another stream',
  )
}

function integer(flag: string, value: string, min: number, max: number): number {
  const parsed = Number(value)
  if (/^\d+$/.test(value) && parsed >= min && parsed <= max) return parsed
  throw new UserError(`${flag} is "${value}"; allowed: a whole number from ${min} to ${max}`)
}
