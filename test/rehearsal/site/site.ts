import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { freePort } from '../../engines/free-port.ts'
import { type MachineNetwork } from '../machines/network.ts'
import { type EngineProcess, startEngine } from './engine-process.ts'
import { databaseOwner } from './start-database.ts'

const script = (name: string) => join(import.meta.dirname, name)
const source = join(import.meta.dirname, '../../../ops/lib/local/source/main.ts')
const region = 'us-east-1'
const bucket = 'wikiflow-rehearsal-lake'

/** moto checks no signature, but there must be one. */
const credentials = { accessKeyId: 'rehearsal', secretAccessKey: 'rehearsal-secret' }

/** A server that can go away and come back with all that it holds. */
type Standing = { stop(): Promise<void>; start(): Promise<void> }

/** What stands around the hosts: a database as RDS, S3, and Wikimedia's stream. */
export type Site = {
  database: Standing & {
    host: string
    port: number
    /** May make databases and roles; no superuser, as on RDS. */
    owner: string
    passwordFile: string
    /** PEM file of the CA that signed the server's certificate. */
    ca: string
  }
  lake: {
    endpoint: string
    url: string
    region: string
    credentials: typeof credentials
    /** Makes S3 hang, and go on. */
    pause(): void
    resume(): void
  }
  source: Standing & {
    /** The stream's address. */
    url: string
    /** Where it tells what it has sent. */
    tallyUrl: string
    /** Where its faults are set. */
    faultsUrl: string
  }
  close(): Promise<void>
}

/** What the source sends: the same seed, the same events. */
export type SourceOptions = {
  seed?: number
  /** Events a second (default 40, about as many as Wikimedia's). */
  rate?: number
  /** Events in all; left out, it goes on. */
  total?: number
}

/** Starts what stands around a network's hosts, listening at this machine's address on it. */
export async function openSite(network: MachineNetwork, stream: SourceOptions = {}): Promise<Site> {
  const folder = join(network.folder, 'site')
  await mkdir(folder, { mode: 0o711 })
  const running = new Map<string, EngineProcess>()
  const closing = async () => {
    await Promise.all([...running.values()].map(engine => engine.stop()))
  }
  try {
    const [database, lake, events] = await Promise.all([
      openDatabase(network.gateway, folder, running),
      openLake(network.gateway, running),
      openSource(network.gateway, folder, stream, running),
    ])
    return { database, lake, source: events, close: closing }
  } catch (error) {
    await closing()
    throw error
  }
}

/** A server that is one process, by its name among those that run. */
function standing(
  running: Map<string, EngineProcess>,
  name: string,
  start: () => Promise<EngineProcess>,
): { start(): Promise<EngineProcess>; stop(): Promise<void> } {
  return {
    start: async () => {
      const engine = await start()
      running.set(name, engine)
      return engine
    },
    stop: async () => {
      await running.get(name)?.stop()
      running.delete(name)
    },
  }
}

async function openDatabase(host: string, folder: string, running: Map<string, EngineProcess>) {
  const port = await freePort()
  const passwordFile = join(folder, 'owner-password')
  await writeFile(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 })
  const args = [join(folder, 'database'), host, String(port), passwordFile]
  const server = standing(running, 'database', () => startEngine(script('database-child.ts'), args))
  const { detail } = await server.start()
  return {
    ...{ host, port, passwordFile, owner: databaseOwner, ca: String(detail.ca) },
    stop: server.stop,
    start: async () => {
      await server.start()
    },
  }
}

async function openLake(host: string, running: Map<string, EngineProcess>) {
  const engine = await startEngine(script('lake-child.ts'), [host])
  running.set('lake', engine)
  const endpoint = String(engine.detail.endpoint)
  const client = new S3Client({ endpoint, region, credentials: { ...credentials }, forcePathStyle: true })
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  client.destroy()
  return {
    ...{ endpoint, url: `s3://${bucket}/lake`, region, credentials },
    pause: () => engine.signal('SIGSTOP'),
    resume: () => engine.signal('SIGCONT'),
  }
}

async function openSource(
  host: string,
  folder: string,
  { seed = 1, rate = 40, total }: SourceOptions,
  running: Map<string, EngineProcess>,
) {
  const port = await freePort()
  const where = ['--mode', 'simulate', '--host', host, '--port', String(port), '--log-level', 'error']
  const what = ['--seed', String(seed), '--rate', String(rate), '--state', join(folder, 'source.json')]
  const args = [...where, ...what, ...(total === undefined ? [] : ['--total', String(total)])]
  const server = standing(running, 'source', () => startEngine(source, args))
  const { detail } = await server.start()
  const url = String(detail.url)
  return {
    url,
    tallyUrl: new URL('/tally', url).href,
    faultsUrl: new URL('/faults', url).href,
    stop: server.stop,
    start: async () => {
      await server.start()
    },
  }
}
