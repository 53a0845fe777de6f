import pRetry from 'p-retry'
import { type Host, type RunOptions } from '../host/host.ts'
import { mustRun } from '../host/must-run.ts'

/** The Swarm is done with what it notes within a moment: 0.25 s to 4 s between tries, in ms. */
const tries = { retries: 6, minTimeout: 250, maxTimeout: 4_000 }

/**
 * Runs a script of `docker stack`, `docker service` or `docker node` that changes the Swarm, as `mustRun` does. They read
 * a service or node and write it back, and are refused when the Swarm itself has written to it in between, such as how
 * an update went; then the script is run again. So it must be one that can be.
 * @throws UserError as `mustRun` does.
 */
export function changeSwarm(
  manager: Host,
  doing: string,
  script: string,
  args: readonly string[] = [],
  options: RunOptions & { stdin?: string } = {},
): Promise<string> {
  const { signal } = options
  return pRetry(() => mustRun(manager, doing, script, args, options), {
    ...tries,
    shouldRetry: ({ error }) => /update out of sequence/.test(error.message),
    ...(signal && { signal }),
  })
}
