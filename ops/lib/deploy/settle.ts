import { readCompose, serviceNames } from '../compose/compose.ts'
import { type Host } from '../host/host.ts'
import { converge, type standing } from './converge.ts'
import { type PipelineView, passGates } from './gates.ts'
import { type Deployment } from './plan.ts'

/** What is waited for. */
type Settling = {
  manager: Host
  stack: string
  deployment: Deployment
  /** Those that were changed; left out, all. */
  services?: readonly string[]
  /** What was known of them before that. */
  known: ReturnType<typeof standing>
  say(what: string): void
  signal: AbortSignal
}

/**
 * Waits until services are as they were asked to be, and all of the pipeline says it is ready.
 * @throws UserError that names what isn't.
 */
export async function settle({ deployment, say, ...of }: Settling): Promise<PipelineView> {
  const compose = deployment.compose.map(readCompose)
  await converge({
    ...of,
    compose,
    services: of.services ?? serviceNames(compose),
    say: (service, state) => say(`${service}: ${state}`),
  })
  return passGates({
    ...{ host: of.manager, say, signal: of.signal },
    port: deployment.variables.DASHBOARD_PORT || '80',
    workers: Number(deployment.variables.WORKERS || 3),
  })
}
