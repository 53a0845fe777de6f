import { findContainer } from '../containers/find-container.ts'
import { type Connection } from '../deploy/connect.ts'
import { type Host } from '../host/host.ts'
import { mustRun } from '../host/must-run.ts'
import { UserError } from '../script.ts'

/** Where a tunnel leads to, as seen from a host. */
export type Door = { host: Host; address: string; port: number }

/** Where our services tell of their health and their figures, in their containers. */
const healthPort = 9100
/** Redpanda's admin API: `/v1/status/ready`, `/public_metrics`. */
const adminPort = 9644

/**
 * The address at which a host reaches its own container: on the bridge by which a Swarm's containers reach the world,
 * for the network between the services can't be entered from a host.
 */
const bridgeAddress = `set -eu
sandbox=$(docker inspect --format '{{.NetworkSettings.SandboxID}}' "$1" | cut -c 1-12)
docker network inspect docker_gwbridge --format '{{json .Containers}}' \\
  | tr '}' '\\n' | sed -n 's/.*"gateway_'"$sandbox"'".*"IPv4Address":"\\([0-9.]*\\).*/\\1/p'`

/**
 * Finds what a service offers: the dashboard its page, Redpanda its admin API, the others `/readyz` and `/metrics`.
 * @throws UserError for a service that there isn't, or that doesn't run.
 */
export async function findDoor(connection: Connection, service: string, replica?: number): Promise<Door> {
  const { manager, target } = connection
  if (service === 'dashboard') {
    return { host: manager, address: '127.0.0.1', port: Number(target.variables.DASHBOARD_PORT || 80) }
  }
  const { id, host } = await findContainer(connection, service, replica)
  const address = (await mustRun(host, `finding the address of ${service}`, bridgeAddress, [id])).trim()
  if (address === '') throw new UserError(`${service} has no address on ${host.address.name} yet: try again`)
  return { host, address, port: service === 'redpanda' ? adminPort : healthPort }
}
