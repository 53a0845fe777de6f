import { holdLock, type Lock, type LockOptions } from '../lock/lock.ts'
import { type Host } from './host.ts'
import { hostLockStore } from './lock-store.ts'

/**
 * Takes the lock of a stack on its first host (see `holdLock`), by the host's clock.
 * @throws UserError that says who holds it and since when; and as `Host.run` does.
 */
export function takeHostLock(
  host: Host,
  stack: string,
  purpose: string,
  options: LockOptions = {},
): Promise<Lock> {
  return holdLock(hostLockStore(host, stack), purpose, options)
}
