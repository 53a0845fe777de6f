import { type Connection } from '../../deploy/connect.ts'
import { type Host } from '../../host/host.ts'
import { mustRun } from '../../host/must-run.ts'
import { type Told } from './pipeline.ts'

const stackLabel = 'com.docker.stack.namespace'

/** What Docker tells of a stack's containers: their arguments, environments and labels. */
const containers = `docker ps --all --quiet --no-trunc --filter "label=${stackLabel}=$1" | xargs -r docker inspect`

/** The same of its services, their specifications: the manager alone knows them. */
const services = `docker service ls --quiet --filter "label=${stackLabel}=$1" | xargs -r docker service inspect`

/** Arguments of every process: anybody on the host sees them. Some end while they are listed. */
const processes = `cat /proc/[0-9]*/cmdline 2> /dev/null | tr '\\0' ' ' || :`

/** A list of Docker's may take a while on a loaded host, in ms. */
const limitMs = 120_000

/** What anybody on the hosts who may use Docker is told of a stack. @throws UserError when a host can't be reached. */
export async function toldOnHosts({ hosts, manager, target }: Connection): Promise<Told[]> {
  const read = async (host: Host, what: string, script: string): Promise<string> =>
    mustRun(host, `listing ${what}`, script, [target.stack], { timeoutMs: limitMs })
  const objects = async (host: Host, what: string, script: string): Promise<Told[]> => {
    const listed: unknown = JSON.parse((await read(host, what, script)) || '[]')
    return (Array.isArray(listed) ? listed : []).map(one => ({
      where: `${what} ${nameOf(one)} on ${host.address.name}`,
      what: one,
    }))
  }
  const all = await Promise.all([
    objects(manager, 'service', services),
    ...hosts.flatMap(host => [
      objects(host, 'container', containers),
      read(host, 'processes', processes).then(text => [
        { where: `arguments of a process on ${host.address.name}`, what: text },
      ]),
    ]),
  ])
  return all.flat()
}

/** `Name` of a container begins with a slash; that of a service stands in its specification. */
function nameOf(listed: unknown): string {
  const { Name, Spec } = (listed ?? {}) as { Name?: unknown; Spec?: { Name?: unknown } }
  return String(Name ?? Spec?.Name ?? '?').replace(/^\//, '')
}
