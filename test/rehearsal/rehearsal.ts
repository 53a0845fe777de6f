import { join } from 'node:path'
import { fileTarget } from '../../ops/lib/deploy/file-target.ts'
import { type Target } from '../../ops/lib/deploy/target.ts'
import { imagesTar } from './images/images.ts'
import { makeIdentity } from './machines/identity.ts'
import { type Machine, startMachine } from './machines/machine.ts'
import { openNetwork } from './machines/network.ts'
import { unpackSystem } from './machines/system.ts'
import { openSite, type Site, type SourceOptions } from './site/site.ts'
import { type TargetDescription, writeTarget } from './target.ts'

/** Where everything that a deploy touches is played through: hosts, and what stands around them. */
export type Rehearsal = {
  /** The first host first. */
  readonly machines: readonly [Machine, ...Machine[]]
  site: Site
  /** This machine's address on the hosts' network. */
  gateway: string
  /** Adds a host to those that run; it isn't in the Swarm yet. */
  addMachine(): Promise<Machine>
  /**
   * Writes what deploy is told: these hosts with their keys, this database, lake and source. Each call writes it anew.
   * @returns the path, for `--target`.
   */
  targetFile(changes?: Partial<TargetDescription>): Promise<string>
  /** The same as deploy reads it. */
  target(changes?: Partial<TargetDescription>): Promise<Target>
  /** Ends it all, and leaves nothing behind. */
  close(): Promise<void>
}

/** How a rehearsal is set up. */
export type RehearsalOptions = {
  /** How many hosts there are at the start (default 1). */
  hosts?: number
  source?: SourceOptions
  /** Size of a host's disk; left out, it isn't limited. */
  diskMib?: number
}

/**
 * Opens a rehearsal, as root on a Linux with debootstrap, iptables and Java. The first one makes the hosts' system and
 * images, in minutes; the next are up in seconds.
 */
export async function openRehearsal({ hosts = 1, source, diskMib }: RehearsalOptions): Promise<Rehearsal> {
  const images = await imagesTar()
  const network = await openNetwork()
  const machines: Machine[] = []
  const folder = join(network.folder, 'operator')
  let site: Site | undefined
  const close = async () => {
    await site?.close()
    await Promise.all(machines.map(machine => machine.stop()))
    await network.close()
  }
  try {
    const system = join(network.folder, 'system')
    await unpackSystem(system)
    const identity = await makeIdentity(network.folder)
    const addMachine = async () => {
      const number = machines.length + 11
      const machine = await startMachine({
        ...{ name: `host-${machines.length + 1}`, network, number, system, identity, images },
        ...(diskMib !== undefined && { diskMib }),
      })
      machines.push(machine)
      return machine
    }
    const first = await addMachine()
    while (machines.length < hosts) await addMachine()
    const around = await openSite(network, source)
    site = around
    const all = (): [Machine, ...Machine[]] => [first, ...machines.slice(1)]
    const targetFile: Rehearsal['targetFile'] = changes => writeTarget(folder, all(), around, changes)
    return {
      get machines() {
        return all()
      },
      site: around,
      gateway: network.gateway,
      addMachine,
      targetFile,
      target: async changes => fileTarget(await targetFile(changes), folder),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
