import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parse, stringify } from 'yaml'
import { type Cloud, openCloud } from '../../../ops/lib/cloud/cloud.ts'
import { keyFiles } from '../../../ops/lib/cloud/key-files.ts'
import { testCredentials, testStack } from '../../../ops/lib/cloud/test-context.ts'
import { stackId } from '../../../ops/lib/stack/names.ts'
import { type AwsCall, type AwsWire, startAwsWire } from '../../engines/aws-wire.ts'
import { type Machine } from '../machines/machine.ts'
import { openRehearsal, type Rehearsal, type RehearsalOptions } from '../rehearsal.ts'
import { type Running, startCommand, startLine } from './command.ts'
import { copyProject, type Project } from './project.ts'

/**
 * A rehearsal on an emulated AWS, and an operator before it with a copy of the project and nothing made yet. What AWS
 * gives by itself stands already: the host that EC2 starts is a machine of the rehearsal, RDS is the site's database.
 */
export type AwsWalk = {
  rehearsal: Rehearsal
  /** The host, whichever instance it is for AWS. */
  first: Machine
  project: Project
  /** Between the operator and AWS. */
  wire: AwsWire
  cloud: Cloud
  /** Folder of the operator's keys and data. */
  state: string
  /** Starts a user's command. */
  start(script: string, ...args: string[]): Running
  /** The same of a line that is typed in a shell. */
  type(line: string): Running
  close(): Promise<void>
}

/** Opens it, with no `wikiflow.config.ts` in the project yet. */
export async function openAwsWalk(options: RehearsalOptions): Promise<AwsWalk> {
  const rehearsal = await openRehearsal(options)
  let wire: AwsWire | undefined
  const close = async () => {
    await wire?.stop()
    await rehearsal.close()
  }
  try {
    const { site, machines } = rehearsal
    const [first] = machines
    // Not in the operator's folder, which is his alone: the user of the test's own PostgreSQL must reach the state.
    const project = await copyProject(join(dirname(dirname(await rehearsal.targetFile())), 'project'))
    const above = await surroundings(rehearsal)
    await project.edit('compose/docker-compose.prod.yml', text =>
      stringify(over(parse(text, { merge: true }), above)),
    )
    wire = await startAwsWire(site.lake.endpoint)
    wire.reword = (call, text) => leadHere(rehearsal, call, text)
    const env = { ...testCredentials, AWS_ENDPOINT_URL: wire.url }
    Object.assign(process.env, env)
    const cloud = await openCloud(testStack.region)

    const state = join(project.folder, '.wikiflow')
    await mkdir(state, { mode: 0o711 })
    // The host and the database stand: the operator has their key and password from the start.
    const files = keyFiles(state, stackId(testStack, cloud.account))
    await mkdir(files.folder, { recursive: true, mode: 0o700 })
    await copySecret(first.host.identity ?? '', files.sshKey)
    await copySecret(site.database.passwordFile, files.masterPassword)
    await copyFile(site.database.ca, join(files.folder, 'database-ca.pem'))
    return {
      ...{ rehearsal, first, project, wire, cloud, state, close },
      start: (script, ...args) => startCommand(project.folder, script, args, { env }),
      type: line => startLine(project.folder, line, { env }),
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function copySecret(from: string, to: string): Promise<void> {
  await writeFile(to, await readFile(from), { mode: 0o600 })
}

/** What AWS would give, in the places of what moto answers. */
function leadHere({ machines: [machine], site }: Rehearsal, { action }: AwsCall, text: string): string {
  if (action === 'ec2:GetConsoleOutput') {
    return text.replace(/<output>.*?<\/output>/s, `<output>${consoleOf(machine)}</output>`)
  }
  if (action.startsWith('ec2:')) {
    return text.replace(/<(publicIp|privateIpAddress|ipAddress)>[^<]+</g, `<$1>${machine.host.address}<`)
  }
  if (!action.startsWith('rds:')) return text
  const { host, port } = site.database
  return text.replace(/<Endpoint>.*?<\/Endpoint>/gs, endpoint =>
    endpoint.replace(/<Address>[^<]*</, `<Address>${host}<`).replace(/<Port>[^<]*</, `<Port>${port}<`),
  )
}

/** As cloud-init prints a host's keys at the end of its boot, in base64. */
function consoleOf({ hostKey }: Machine): string {
  const lines = ['-----BEGIN SSH HOST KEY KEYS-----', hostKey, '-----END SSH HOST KEY KEYS-----', '']
  return Buffer.from(lines.join('\n')).toString('base64')
}

type Tree = { [key: string]: unknown }
const isTree = (value: unknown): value is Tree => value?.constructor === Object

/** A Compose file over another, as Docker reads two of them; lists are replaced. */
function over(below: Tree, above: Tree): Tree {
  const entries = Object.entries(above).map(([key, value]) => {
    const was = below[key]
    return [key, isTree(was) && isTree(value) ? over(was, value) : value]
  })
  return { ...below, ...Object.fromEntries(entries) }
}

/** What of a host's surroundings is AWS's own: where S3 answers and as whom, Wikimedia's stream, Redpanda's image. */
async function surroundings({ site: { lake, source } }: Rehearsal): Promise<Tree> {
  const files = ['kafka.compose.yml', 'quick.compose.yml'].map(name => join(import.meta.dirname, '..', name))
  const read = await Promise.all(
    files.map(async file => parse(await readFile(file, 'utf8'), { merge: true })),
  )
  const here = {
    services: {
      ingest: { environment: { SOURCE_URL: source.url } },
      batch: {
        environment: {
          LAKE_ROTATE_S: '5',
          AWS_ENDPOINT_URL: lake.endpoint,
          AWS_ACCESS_KEY_ID: lake.credentials.accessKeyId,
          AWS_SECRET_ACCESS_KEY: lake.credentials.secretAccessKey,
        },
      },
    },
  }
  return [...read, here].reduce(over, {})
}
