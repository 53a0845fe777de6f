import { type Connection } from '../deploy/connect.ts'
import { type Host } from '../host/host.ts'
import { type SwarmNode, type SwarmService, type SwarmTask } from './swarm.ts'

/** What the Swarm does with an image that it is asked for. */
type Fate = 'healthy' | 'starting' | 'unhealthy'

type Service = { image: string; replicas: number; updates: number }

/**
 * A manager whose Swarm is played: services of one task, which starts and stops at once. For tests of what is asked of it,
 * and in which order.
 */
export class PlayedSwarm {
  readonly services: Map<string, Service>
  /** What was asked of it: `ingest=0`, `redpanda: redpanda:v2`. */
  readonly asked: string[] = []
  /** What becomes of an image. */
  fateOf: (image: string) => Fate = () => 'healthy'
  /** Called after each change, and before it is read. */
  onAsked: (what: string) => void = () => {}
  onRead: () => void = () => {}

  constructor(images: Readonly<Record<string, string>>) {
    const services = Object.entries(images).map(([name, image]) => ({ name, image, replicas: 1, updates: 0 }))
    this.services = new Map(services.map(({ name, ...service }) => [name, service]))
  }

  get connection(): Connection {
    const address = { name: 'host-1', user: 'u', address: '198.51.100.7', port: 22, keyName: 'host-1' }
    const manager: Host = {
      address,
      run: async (script, args = []) => ({ code: 0, stdout: this.#run(script, args), stderr: '' }),
      close: async () => {},
    }
    const target = {
      ...{ stack: 'wikiflow', hosts: [address] as const, pinnedKeys: '', folder: '' },
      ...{ variables: {}, secrets: {}, overrides: [] },
    }
    return { target, manager, hosts: [manager], close: manager.close }
  }

  #run(script: string, args: readonly string[]): string {
    if (script.includes('docker service scale')) {
      const [, name = '', count = ''] = args
      return this.#change(name, { replicas: Number(count) }, `${name}=${count}`)
    }
    if (script.includes('docker service update')) {
      const [full = '', image] = args
      const name = full.replace('wikiflow_', '')
      const updates = (this.services.get(name)?.updates ?? 0) + 1
      return image === undefined ? '' : this.#change(name, { image, updates }, `${name}: ${image}`)
    }
    if (script.includes('docker image')) return 'sha256:00'
    const [first, second = '', ...paths] = args
    if (first !== 'GET') return this.#page(second)
    this.onRead()
    return paths.map(path => `${JSON.stringify(this.#answer(path))}\n200\n`).join('')
  }

  #change(name: string, change: Partial<Service>, asked: string): string {
    const service = this.services.get(name)
    if (service) Object.assign(service, change)
    this.asked.push(asked)
    this.onAsked(asked)
    return ''
  }

  #answer(path: string): unknown {
    if (path.includes('/nodes')) return [node]
    const all = [...this.services].map(([name, service]) => ({
      ...{ name, fate: this.fateOf(service.image), ...service },
    }))
    if (path.includes('/services')) return all.map(asService)
    return all.filter(({ replicas }) => replicas > 0).map(asTask)
  }

  /** The dashboard says that ingest is ready while it runs, and the log too. */
  #page(path: string): string {
    if (path === '/') return '<title>wikiflow</title>'
    const isReady = [...this.services.values()].every(
      ({ image, replicas }) => replicas > 0 && this.fateOf(image) === 'healthy',
    )
    const ingest = { name: 'ingest', state: isReady ? 'ready' : 'not ready', reason: null }
    const counted = { total: 1, perSecond: 1, newestEventAt: null }
    return JSON.stringify({
      ...{ state: 'current', counted },
      services: [{ ...ingest, partitions: null, lag: null }],
    })
  }
}

type Known = Service & { name: string; fate: Fate }

const node: SwarmNode = {
  ID: 'first',
  Spec: { Role: 'manager', Availability: 'active', Labels: {} },
  Description: { Hostname: 'host-1' },
  Status: { State: 'ready' },
}

const updateStates = { healthy: 'completed', starting: 'updating', unhealthy: 'paused' } as const

function asService({ name, image, replicas, updates, fate }: Known): SwarmService {
  return {
    ...{ ID: name, Version: { Index: 1 } },
    Spec: {
      ...{ Name: `wikiflow_${name}`, Mode: { Replicated: { Replicas: replicas } } },
      TaskTemplate: { ContainerSpec: { Image: image } },
    },
    ...(updates > 0 && { UpdateStatus: { State: updateStates[fate], StartedAt: `update ${updates}` } }),
  }
}

const taskStates = { healthy: 'running', starting: 'starting', unhealthy: 'failed' } as const

function asTask({ name, image, updates, fate }: Known): SwarmTask {
  return {
    ...{ ID: `${name}-${updates}`, ServiceID: name, NodeID: node.ID, DesiredState: 'running' },
    ...{ CreatedAt: '2026-11-01T00:00:00Z', Spec: { ContainerSpec: { Image: image } } },
    Status: { Timestamp: '2026-11-01T00:00:00Z', State: taskStates[fate] },
  }
}
