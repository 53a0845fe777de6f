/** Takes a stack's lock on a host, says so, and keeps it until its input ends: for tests. */

import { type HostAddress } from '../../ops/lib/host/host.ts'
import { takeHostLock } from '../../ops/lib/host/lock.ts'
import { openHost } from '../../ops/lib/host/ssh.ts'

const [address = '', configFile = '', stack = ''] = process.argv.slice(2)
const host = openHost(JSON.parse(address) as HostAddress, { configFile })
try {
  const lock = await takeHostLock(host, stack, 'deploy')
  console.log('held')
  for await (const _ of process.stdin);
  await lock.release()
} catch (error) {
  console.log(error instanceof Error ? error.message : String(error))
}
await host.close()
