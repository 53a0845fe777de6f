import { type Host } from '../host/host.ts'
import { openHosts } from '../host/open-hosts.ts'
import { persistent } from '../host/persistent.ts'
import { type Target } from './target.ts'

/** A target whose hosts can be worked on. */
export type Connection = {
  target: Target
  /** The first host: the Swarm's manager. */
  manager: Host
  hosts: readonly [Host, ...Host[]]
  close(): Promise<void>
}

/** Connects to a target's hosts, each when it is first asked something. */
export async function connect(target: Target): Promise<Connection> {
  const { all, close } = await openHosts(target)
  const [first, ...others] = all
  const hosts: readonly [Host, ...Host[]] = [persistent(first), ...others.map(host => persistent(host))]
  return { target, manager: hosts[0], hosts, close }
}
