import { summaryBeside } from '../../audit/deployed.ts'
import { readSecret } from '../../cloud/secret-file.ts'
import { readDeployedStack } from '../../containers/stack-services.ts'
import { type Connection } from '../../deploy/connect.ts'
import { dashboardPage } from '../../deploy/gates.ts'
import { lockedAction } from '../../deploy/locked-action.ts'
import { readRunning } from '../../deploy/running.ts'
import { type Target } from '../../deploy/target.ts'
import { readStatus } from '../../status/status.ts'
import { unevenBy } from '../../swarm/spread.ts'
import { inTurn } from './in-turn.ts'
import { readLakeObject } from './lake-object.ts'
import { type Commands, type Pipeline, type Secret, type Tasks } from './pipeline.ts'
import { toldOnHosts } from './told-on-hosts.ts'
import { readView } from './view.ts'
import { workerContainer } from './worker-container.ts'

/** What of a stack the connection doesn't say. */
export type DeployedOptions = {
  /** Flags that mean this stack, for commands: ` --target 'hosts.json'`. */
  flags: string
  /** Whether the page can be opened without a tunnel. */
  isOpenToReaders: boolean
}

/** A stack on hosts, asked over SSH. @throws UserError when nothing of it is deployed. */
export async function deployedPipeline(
  connection: Connection,
  { flags, isOpenToReaders }: DeployedOptions,
): Promise<Pipeline> {
  const { manager, target } = connection
  await readDeployedStack(connection)
  const { current } = await readRunning(manager, target.stack)
  const variables = { ...target.variables, ...current?.variables }
  const port = variables.DASHBOARD_PORT || '80'
  const { address } = target.hosts[0]
  return {
    name: target.stack,
    workers: Number(variables.WORKERS || 3),
    rotateS: Number(variables.LAKE_ROTATE_S || 600),
    address: isOpenToReaders ? `http://${address}${port === '80' ? '' : `:${port}`}` : undefined,
    commands: commandsFor(flags),
    look: async () => readView(await dashboardPage(manager, port, '/api/snapshot')),
    page: () => dashboardPage(manager, port, '/'),
    tasks: () => readTasks(connection),
    audit: depth => inTurn(connection, () => summaryBeside(connection, depth)),
    readObject: key => inTurn(connection, () => readLakeObject(connection, key)),
    // What a source elsewhere will send, nobody here knows.
    isSourceOver: async () => false,
    secrets: () => readSecrets(target),
    told: () => toldOnHosts(connection),
    victim: () => workerContainer(connection),
    alone: (action, work) => lockedAction(connection, action, work),
  }
}

async function readTasks(connection: Connection): Promise<Tasks> {
  const [status, swarm] = await Promise.all([readStatus(connection), readDeployedStack(connection)])
  return {
    release: status.release,
    services: status.services.map(({ nodes, ...service }) => ({ ...service, where: nodes })),
    places: status.nodes.flatMap(({ name, state, figures }) => {
      if (typeof figures === 'string') return [figures]
      return state === 'ready' ? [] : [`${name} is ${state}`]
    }),
    uneven: unevenBy(swarm, 'worker'),
  }
}

/** Those of this machine alone: none is made. */
async function readSecrets({ secrets }: Target): Promise<Secret[]> {
  const read = Object.entries(secrets).map(async ([name, path]) => {
    const value = await readSecret(path)
    return value === undefined ? [] : [{ name: `the ${name.replace('-', ' ')}`, value }]
  })
  return (await Promise.all(read)).flat()
}

function commandsFor(flags: string): Commands {
  const command = (script: string) => `npx zx ops/${script}`
  const isNamed = /^ --(target|config) /.test(flags)
  return {
    audit: command(`audit.ts${isNamed ? '' : ' --deployed'}${flags}`),
    status: command(`status.ts${flags}`),
    start: command(`deploy.ts${flags}`),
    moreWorkers: command(`scale.ts --workers 6${flags}`),
    logs: service => command(`logs.ts ${service} --since 10m${flags}`),
  }
}
