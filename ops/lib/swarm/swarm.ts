import { z } from 'zod'
import { type Host } from '../host/host.ts'
import { filtered, getAllFromEngine } from './api.ts'

const labels = z.record(z.string(), z.string()).nullish()
/** Kept whole: a task's is compared with its service's. */
const containerSpec = z.looseObject({ Image: z.string(), Env: z.array(z.string()).nullish() })

export const nodeSchema = z.object({
  ID: z.string(),
  Spec: z.object({ Role: z.string(), Availability: z.enum(['active', 'pause', 'drain']), Labels: labels }),
  Description: z.object({
    Hostname: z.string(),
    Resources: z.object({ MemoryBytes: z.number().optional() }).optional(),
  }),
  Status: z.object({ State: z.string(), Addr: z.string().optional() }),
})
/** A node of the Swarm, as the Engine API gives it (the part that is used). */
export type SwarmNode = z.output<typeof nodeSchema>

const updateStates = [
  'updating',
  'paused',
  'completed',
  'rollback_started',
  'rollback_paused',
  'rollback_completed',
] as const

const serviceSchema = z.object({
  ID: z.string(),
  Version: z.object({ Index: z.number() }),
  Spec: z.object({
    Name: z.string(),
    Labels: labels,
    Mode: z.object({ Replicated: z.object({ Replicas: z.number().optional() }).optional() }),
    TaskTemplate: z.object({
      ContainerSpec: containerSpec,
      Resources: z.object({ Limits: z.object({ MemoryBytes: z.number().optional() }).nullish() }).nullish(),
      Placement: z.object({ Constraints: z.array(z.string()).nullish() }).nullish(),
      RestartPolicy: z.object({ Condition: z.string().optional() }).nullish(),
    }),
  }),
  UpdateStatus: z
    .object({
      // An update that is only asked for has an empty object.
      State: z.enum(updateStates).optional(),
      StartedAt: z.string().optional(),
      Message: z.string().optional(),
    })
    .optional(),
})
/** A service of the Swarm, as the Engine API gives it. */
export type SwarmService = z.output<typeof serviceSchema>

const taskSchema = z.object({
  ID: z.string(),
  ServiceID: z.string(),
  NodeID: z.string().optional(),
  Slot: z.number().optional(),
  CreatedAt: z.string(),
  DesiredState: z.string(),
  Spec: z.object({ ContainerSpec: containerSpec }),
  Status: z.object({
    Timestamp: z.string(),
    State: z.string(),
    Err: z.string().optional(),
    ContainerStatus: z
      .object({
        ContainerID: z.string().optional(),
        /** 0 before it is started, and when it has ended. */
        PID: z.number().optional(),
        ExitCode: z.number().optional(),
      })
      .nullish(),
  }),
})
/** A task: one container of a service, running or ended. */
export type SwarmTask = z.output<typeof taskSchema>

/** What a stack is in the Swarm at one moment. */
export type SwarmStack = {
  nodes: SwarmNode[]
  /** By the service's name in the Compose file, without the stack's. */
  services: Map<string, SwarmService>
  /** By the same names, newest first. */
  tasks: Map<string, SwarmTask[]>
}

/** The label by which `docker stack` knows its things. */
const stackLabel = 'com.docker.stack.namespace'

/**
 * Reads a stack off the Swarm's manager.
 * @throws UserError when the engine doesn't answer or is no manager.
 */
export async function readSwarmStack(manager: Host, stack: string): Promise<SwarmStack> {
  const ofStack = filtered({ label: [`${stackLabel}=${stack}`] })
  const { nodes, services, tasks } = await getAllFromEngine(manager, {
    nodes: ['/nodes', z.array(nodeSchema)],
    services: [`/services${ofStack}`, z.array(serviceSchema)],
    tasks: [`/tasks${ofStack}`, z.array(taskSchema)],
  })
  const byName = new Map(services.map(service => [shortName(service, stack), service]))
  return {
    nodes,
    services: byName,
    tasks: new Map(
      [...byName].map(([name, { ID }]) => [
        name,
        tasks
          .filter(task => task.ServiceID === ID)
          .sort((a, b) => Date.parse(b.CreatedAt) - Date.parse(a.CreatedAt)),
      ]),
    ),
  }
}

function shortName({ Spec }: SwarmService, stack: string): string {
  return Spec.Name.startsWith(`${stack}_`) ? Spec.Name.slice(stack.length + 1) : Spec.Name
}

/** How many tasks of a service there should be. */
export function replicasOf({ Spec }: SwarmService): number {
  return Spec.Mode.Replicated?.Replicas ?? 1
}

/** The service label that names the release a service was last deployed with. */
const releaseLabel = 'wikiflow.release'

/** The release that a service was last deployed with; undefined for one that carries no label of ours. */
export function releaseOf({ Spec }: SwarmService): string | undefined {
  return Spec.Labels?.[releaseLabel]
}
