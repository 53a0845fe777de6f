import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type Host, type Ran, type RunOptions } from '../host/host.ts'
import { type SwarmNode, type SwarmService, type SwarmTask } from '../swarm/swarm.ts'
import { type PipelineView } from './gates.ts'
import { type Deployment } from './plan.ts'

/** How a test's Docker, or its dashboard, answers in another way than well; undefined: well. */
type Answer = Partial<Ran> | undefined

/** A manager without a Docker: what its scripts do in its home they do, in a folder that goes with the test. */
export type TestManager = Host & {
  home: string
  /** Releases of its services, by name, as `docker stack deploy` leaves them. */
  services: Map<string, string>
  workers: number
  /** Whether two tasks run in each slot, as Swarm may leave them. */
  isDoubled: boolean
  nodes: SwarmNode[]
  /** `stack deploy`, `service scale`: what was asked of Docker, in order. */
  asked: string[]
  /** What comes before each answer of Docker's. */
  docker(command: string, args: readonly string[], input: string): Answer
  /** The dashboard's pages, by path. */
  page(path: string): Answer
}

const ready: PipelineView = {
  state: 'current',
  counted: { total: 1, perSecond: 1, newestEventAt: null },
  services: [{ name: 'worker 1', state: 'ready', reason: null, partitions: null, lag: null }],
}

const image = 'wikiflow:test'

/** A manager where nothing runs yet. */
export function testManager(): TestManager {
  const home = mkdtempSync(join(tmpdir(), 'wikiflow-manager-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  const manager: TestManager = {
    address: { name: 'host-1', user: 'an', address: '198.51.100.7', port: 22, keyName: 'k' },
    home,
    services: new Map(),
    workers: 1,
    isDoubled: false,
    nodes: [],
    asked: [],
    docker: () => undefined,
    page: () => undefined,
    run: async (script, args = [], options = {}) => {
      options.signal?.throwIfAborted()
      const ran = await answer(manager, script, args, options)
      options.signal?.throwIfAborted()
      return { code: 0, stdout: '', stderr: '', ...ran }
    },
    close: async () => {},
  }
  return manager
}

function answer(manager: TestManager, script: string, args: readonly string[], options: RunOptions): Answer {
  if (script.includes('--unix-socket'))
    return {
      stdout: args
        .slice(2)
        .map(path => said(manager, path))
        .join(''),
    }
  if (script.includes('curl')) {
    const [, path = ''] = args
    return manager.page(path) ?? { stdout: path === '/' ? '<title>' : JSON.stringify(ready) }
  }
  if (!/\bdocker\b/.test(script)) {
    const env = { HOME: manager.home, PATH: process.env.PATH }
    const { status, stdout, stderr } = spawnSync('sh', ['-c', script, 'test', ...args], {
      env,
      encoding: 'utf8',
    })
    return { code: status ?? 255, stdout, stderr }
  }
  const command = /docker ((?:image|node|service|stack) [a-z]+)/.exec(script)?.[1] ?? ''
  manager.asked.push(command)
  const input = String(options.stdin)
  const other = manager.docker(command, args, input)
  if (other) return other
  if (command === 'stack deploy') {
    manager.services.set('worker', /WIKIFLOW_RELEASE='?([0-9a-f]{12})/.exec(input)?.[1] ?? '')
  }
  if (command === 'stack rm') manager.services.clear()
  if (command === 'service scale') manager.workers = Number(args[1])
  return { stdout: 'sha256:1' }
}

/** What the Engine API answers, with its status behind it. */
function said(manager: TestManager, path: string): string {
  const [, asked = ''] = /^\/(\w+)/.exec(path) ?? []
  const things: Record<string, unknown> = {
    info: { ServerVersion: '27', Swarm: { NodeID: 'n', LocalNodeState: 'active', ControlAvailable: true } },
    nodes: manager.nodes,
    services: [...manager.services].map(([name, release]) => service(manager, name, release)),
    tasks: [...manager.services.keys()].flatMap(name =>
      Array.from({ length: manager.workers * (manager.isDoubled ? 2 : 1) }, (_, index) =>
        task(name, index, (index % manager.workers) + 1),
      ),
    ),
  }
  return `${JSON.stringify(things[asked])}\n200\n`
}

function service({ workers }: TestManager, name: string, release: string): SwarmService {
  return {
    ID: name,
    Version: { Index: 1 },
    Spec: {
      Name: `wikiflow_${name}`,
      Labels: { 'wikiflow.release': release },
      Mode: { Replicated: { Replicas: workers } },
      TaskTemplate: { ContainerSpec: { Image: image } },
    },
  }
}

function task(name: string, index: number, slot: number): SwarmTask {
  return {
    ID: `${name}-${index}`,
    ServiceID: name,
    NodeID: 'n',
    Slot: slot,
    CreatedAt: '2026-11-01T00:00:00Z',
    DesiredState: 'running',
    Spec: { ContainerSpec: { Image: image } },
    Status: { Timestamp: '2026-11-01T00:00:00Z', State: 'running' },
  }
}

/** A release with one worker. */
export function testDeployment(release: string): Deployment {
  const text = `services: { worker: { image: ${image} } }`
  return {
    release,
    image,
    compose: [{ name: 'prod.yml', text }],
    variables: { WORKERS: '1' },
    migrations: [],
  }
}
