import { readEngine } from '../../swarm/manager.ts'
import { type Check } from '../check.ts'
import { type HostsContext } from './context.ts'

/** Whether every host is reached, and is the one whose key is pinned: ssh connects to no other. */
export const hostCheck: Check<Pick<HostsContext, 'connection'>> = {
  id: 'host',
  title: 'hosts',
  looksAt: 'each answers over SSH with its pinned key, and so does its Docker',
  needs: ['ssh', 'credentials', 'region'],
  run: async ({ connection }, say) => {
    const { hosts } = await connection()
    say('connecting')
    const found = await Promise.all(
      hosts.map(async host => {
        const { ServerVersion } = await readEngine(host)
        const { name, address, port } = host.address
        return `${name} at ${address}${port === 22 ? '' : `:${port}`} shows its pinned key, with Docker ${ServerVersion}`
      }),
    )
    return { state: 'ok', found: found.join('\n') }
  },
}
