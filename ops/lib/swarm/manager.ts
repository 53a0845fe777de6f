import { z } from 'zod'
import { type Host } from '../host/host.ts'
import { mustRun } from '../host/must-run.ts'
import { UserError } from '../script.ts'
import { EngineError, getFromEngine, postToEngine } from './api.ts'
import { changeSwarm } from './change-swarm.ts'
import { hostLabel } from './node-labels.ts'

const infoSchema = z.object({
  ServerVersion: z.string(),
  Swarm: z.object({
    NodeID: z.string().optional(),
    /** By which other nodes reach it. */
    NodeAddr: z.string().optional(),
    LocalNodeState: z.string(),
    ControlAvailable: z.boolean().optional(),
    /** Why it doesn't start. */
    Error: z.string().optional(),
    /** Known to managers. */
    Cluster: z
      .object({ Spec: z.object({ CAConfig: z.object({ NodeCertExpiry: z.number().optional() }) }) })
      .nullish(),
    /** The managers that it knows. */
    RemoteManagers: z.array(z.object({ NodeID: z.string() })).nullish(),
  }),
})

/** What an engine says of itself (the part that is used). */
export type EngineInfo = z.output<typeof infoSchema>

/** Asks a host's engine who it is. @throws UserError when none answers. */
export function readEngine(host: Host): Promise<EngineInfo> {
  return getFromEngine(host, '/info', infoSchema)
}

/** The label of the node that keeps the log and shows the dashboard. */
export const firstLabel = 'wikiflow.first'

/** The address by which a host reaches the world: other nodes of a private network reach it there. */
const ownAddress = `PATH=$PATH:/usr/sbin:/sbin ip -4 route get 198.51.100.1 | sed -n 's/.* src \\([0-9.]*\\).*/\\1/p'`

const labelNode = `docker node update --label-add ${firstLabel}=true --label-add "${hostLabel}=$2" "$1" > /dev/null`

/**
 * How long certificates of nodes live, in hours: ten years. Swarm renews them while it runs, and its own 90 days may end
 * while a stack is paused: then the Swarm never starts again (moby/moby#42660).
 */
const certificateHours = 87_600
const nsAnHour = 3_600e9

/** New certificates for all nodes, at once: an expiry alone holds for those after the next. Away nodes get theirs later. */
const renew = `timeout 30 docker swarm ca --rotate --quiet --cert-expiry "$1" > /dev/null || [ $? = 124 ]`

/** Whether an engine manages a Swarm. @throws UserError when it has one that doesn't start. */
export function isManager({ address: { name } }: Pick<Host, 'address'>, { Swarm }: EngineInfo): boolean {
  if (Swarm.LocalNodeState === 'error') {
    throw new UserError(
      `the Swarm on ${name} doesn't start${Swarm.Error ? `: ${Swarm.Error}` : ''}. Where it stays so, its certificate may have expired while the host was off: \`docker swarm leave --force\` there, then npx zx ops/deploy.ts makes it anew; the log's volume stays`,
    )
  }
  return Swarm.ControlAvailable === true
}

/**
 * Makes a host the manager of a Swarm of its own, unless it is one, and marks it as the first node.
 * @returns whether a Swarm was made.
 * @throws UserError for a host that is a worker of another Swarm, or whose Swarm doesn't start.
 */
export async function ensureManager(host: Host): Promise<boolean> {
  const { Swarm } = await readEngine(host)
  const isNew = Swarm.LocalNodeState === 'inactive'
  if (isNew) {
    const address =
      host.address.privateAddress ?? (await mustRun(host, 'finding its address', ownAddress)).trim()
    const request = { ListenAddr: '0.0.0.0:2377', AdvertiseAddr: address, DataPathAddr: address }
    try {
      await postToEngine(host, '/swarm/init', request)
    } catch (error) {
      // 503: another deploy made it between the question and the request.
      if (!(error instanceof EngineError && error.status === 503)) throw error
    }
  }
  const info = await readEngine(host)
  const now = info.Swarm
  if (!isManager(host, info) || !now.NodeID) {
    throw new UserError(
      `Docker on ${host.address.name} is ${now.LocalNodeState} in a Swarm that it doesn't manage: \`docker swarm leave\` there, or name its manager first`,
    )
  }
  const expiry = now.Cluster?.Spec.CAConfig.NodeCertExpiry ?? 0
  if (expiry < certificateHours * nsAnHour) {
    await changeSwarm(host, 'renewing its certificate', renew, [`${certificateHours}h`])
  }
  await changeSwarm(host, 'marking the first node', labelNode, [now.NodeID, host.address.name])
  return isNew
}
