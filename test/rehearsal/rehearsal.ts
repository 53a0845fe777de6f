import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Target } from '../../ops/lib/deploy/target.ts'
import { type HostAddress } from '../../ops/lib/host/host.ts'
import { loadImages } from './images/images.ts'
import { makeIdentity } from './machines/identity.ts'
import { type Machine, startMachine } from './machines/machine.ts'
import { openNetwork } from './machines/network.ts'
import { unpackSystem } from './machines/system.ts'
import { openSite, type Site, type SourceOptions } from './site/site.ts'

const kafkaInstead = join(import.meta.dirname, 'kafka.compose.yml')

/** Where everything that a deploy touches is played through: hosts, and what stands around them. */
export type Rehearsal = {
  /** The first host first. */
  machines: readonly [Machine, ...Machine[]]
  site: Site
  /** Adds a host to those that run; it isn't in the Swarm yet. */
  addMachine(): Promise<Machine>
  /** What deploy is told: these hosts, their keys pinned, this database, lake and source. */
  target(changes?: Partial<Target>): Promise<Target>
  /** Ends it all, and leaves nothing behind. */
  close(): Promise<void>
}

/** How a rehearsal is set up. */
export type RehearsalOptions = {
  hosts: 1 | 2 | 3
  /** Name of the stack (default `rehearsal`). */
  stack?: string
  source?: SourceOptions
  /** Size of a host's disk; left out, it isn't limited. */
  diskMib?: number
}

/** Opens a rehearsal: as root on any Linux with debootstrap; its first start makes the hosts' system and images. */
export async function openRehearsal(options: RehearsalOptions): Promise<Rehearsal> {
  const { hosts, stack = 'rehearsal', source, diskMib } = options
  const network = await openNetwork()
  const machines: Machine[] = []
  let site: Site | undefined
  const close = async () => {
    await site?.close()
    for (const machine of machines) await machine.stop()
    await network.close()
  }
  try {
    const system = join(network.folder, 'system')
    await unpackSystem(system)
    const identity = await makeIdentity(network.folder)
    const addMachine = async () => {
      const number = machines.length + 11
      const name = `host-${machines.length + 1}`
      const disk = diskMib === undefined ? {} : { diskMib }
      const machine = await startMachine({ name, network, number, system, identity, ...disk })
      machines.push(machine)
      await loadImages(machine)
      return machine
    }
    const first = await addMachine()
    for (let count = 1; count < hosts; count++) await addMachine()
    const around = await openSite(network, source)
    site = around
    return {
      get machines(): [Machine, ...Machine[]] {
        return [first, ...machines.slice(1)]
      },
      site: around,
      addMachine,
      target: async (changes = {}) => ({
        ...(await targetOf([first, ...machines.slice(1)], around, join(network.folder, 'operator'), stack)),
        ...changes,
      }),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function targetOf(
  machines: readonly [Machine, ...Machine[]],
  { database, lake, source }: Site,
  folder: string,
  stack: string,
): Promise<Target> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const pinnedKeys = join(folder, 'pinned-keys')
  await writeFile(pinnedKeys, machines.map(({ pinnedKey }) => `${pinnedKey}\n`).join(''))
  const hosts = machines.map(({ host }) => host) as unknown as readonly [HostAddress, ...HostAddress[]]
  return {
    stack,
    hosts,
    pinnedKeys,
    folder,
    variables: {
      SOURCE_URL: source.url,
      WIKIFLOW_CONTACT: 'rehearsal@example.org',
      PGHOST: database.host,
      PGPORT: String(database.port),
      PGUSER: database.owner,
      LAKE_URL: lake.url,
      LAKE_ROTATE_S: '5',
      AWS_REGION: lake.region,
      REHEARSAL_S3: lake.endpoint,
      REHEARSAL_S3_KEY: lake.credentials.accessKeyId,
      REHEARSAL_S3_SECRET: lake.credentials.secretAccessKey,
    },
    secrets: { 'owner-password': database.passwordFile },
    databaseCa: database.ca,
    overrides: [kafkaInstead],
  }
}
