import { z } from 'zod'
import { findContainer } from '../../containers/find-container.ts'
import { type Connection } from '../../deploy/connect.ts'
import { mustRun } from '../../host/must-run.ts'
import { UserError } from '../../script.ts'
import { type Victim } from './pipeline.ts'

const readySchema = z.object({
  detail: z.object({ partitions: z.array(z.object({ partition: z.number() })).catch([]) }),
})

/** What a worker says of itself, asked in its own container: 503, not ready, has the same form. */
const ask = `exec docker exec "$1" node --eval \\
  "fetch('http://127.0.0.1:9100/readyz').then(answer => answer.text()).then(text => process.stdout.write(text))"`

/** SIGKILL from outside, as the kernel does when memory is short; over when the container no longer runs. */
const kill = `docker kill "$1" > /dev/null || exit 1
for tenth in $(seq 100); do
  [ "$(docker inspect --format '{{.State.Running}}' "$1" 2> /dev/null)" = true ] || exit 0
  sleep 0.1
done
exit 1`

/** One worker of a deployed stack, the lowest that runs, with what it counts. @throws UserError when none does. */
export async function workerContainer(connection: Connection): Promise<Victim> {
  const { id, host, replica } = await findContainer(connection, 'worker')
  const said = await mustRun(host, 'asking a worker for its partitions', ask, [id])
  const { detail } = readySchema.parse(JSON.parse(said))
  const name = `worker ${replica} on ${host.address.name} (container ${id.slice(0, 12)})`
  if (detail.partitions.length === 0) throw new UserError(`${name} has no partitions: nobody would miss it`)
  return {
    name,
    partitions: detail.partitions.map(({ partition }) => partition),
    kill: async () => {
      await mustRun(host, 'killing a worker', kill, [id])
    },
  }
}
