import { noteAction } from '../host/audit-log.ts'
import { takeHostLock } from '../host/lock.ts'
import { interruptible } from '../interrupt.ts'
import { type Connection } from './connect.ts'

/**
 * Does something to a stack while holding its host's lock, and notes in the host's audit log that it began and what came
 * of it.
 * @param action its name there.
 * @param work gives the result that is noted; its signal is aborted by Ctrl-C and a closed terminal, and when the lock is
 *   lost; `assertHeld` throws in the latter case alone.
 * @throws UserError that says who holds the lock; what the work throws.
 */
export function lockedAction(
  { manager, target: { stack } }: Connection,
  action: string,
  work: (signal: AbortSignal, assertHeld: () => void) => Promise<string>,
): Promise<void> {
  return interruptible(async interrupted => {
    const lock = await takeHostLock(manager, stack, action)
    const note = (result: string) => noteAction(manager, stack, { action, result })
    try {
      interrupted.throwIfAborted()
      await note('begun')
      await note(await work(AbortSignal.any([lock.signal, interrupted]), () => lock.assertHeld()))
    } catch (error) {
      await note(error instanceof Error ? error.message : String(error)).catch(() => {})
      throw error
    } finally {
      await lock.release()
    }
  })
}
