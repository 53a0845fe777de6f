import { setTimeout as sleep } from 'node:timers/promises'
import { type Connection, connect } from '../../deploy/connect.ts'
import { fileTarget } from '../../deploy/file-target.ts'
import { foundIn, standingTarget } from '../../deploy/standing-target.ts'
import { type Target } from '../../deploy/target.ts'
import { flagsAgain } from '../../deploy/target-flags.ts'
import { once, type StackContext, stackContext } from '../stack-context.ts'
import { deployedPipeline } from './deployed-pipeline.ts'
import { localPipeline, localPorts } from './local-pipeline.ts'
import { type Depth, type Pipeline } from './pipeline.ts'
import { type View } from './view.ts'

/** How often the page is asked until it finds all services ready, and how long it is waited in between, in ms. */
const mostLooks = 4
const betweenLooksMs = 2_000

/** What checks of a pipeline look at; each is read when the first check asks for it, and once. */
export type PipelineContext = {
  pipeline(): Promise<Pipeline>
  /** What the page says: of some seconds, the first moment in which every service was ready, or else the last. */
  view(): Promise<View>
  depth: Depth
}

/** What checks of a stack on this machine look at. */
export type LocalContext = PipelineContext & {
  /** By the name of what listens there. */
  ports(): Readonly<Record<string, number>>
}

/** What checks of hosts look at, besides. */
export type HostsContext = PipelineContext & {
  connection(): Promise<Connection>
}

/** What checks of a stack on AWS look at. */
export type AwsContext = HostsContext & StackContext

/** A context that has something open. */
export type Opened<Context> = { context: Context; close(): Promise<void> }

/** The stack that runs on this machine. @throws UserError when none does. */
export function openLocal(state: string, depth: Depth): Opened<LocalContext> {
  const pipeline = localPipeline(state)
  const ports = () => localPorts(state)
  return { context: { ...contextOf(async () => pipeline, depth), ports }, close: async () => {} }
}

/** Hosts given by address. */
export function openFile(target: string, state: string, depth: Depth): Opened<HostsContext> {
  return openHosts(async () => fileTarget(target, state), flagsFor({ target, state }), depth)
}

/** The stack of a description, on AWS. */
export function openAws(
  choice: {
    config?: string | undefined
    state: string
    'host-key'?: readonly string[] | undefined
    root: string
  },
  depth: Depth,
): Opened<AwsContext> {
  const stack = stackContext(choice.root, choice.state, choice.config)
  const target = async () => {
    const open = await stack.open()
    return standingTarget(open, foundIn(await stack.plan()), choice['host-key'])
  }
  const hosts = openHosts(target, flagsFor(choice), depth, async () => (await stack.stack()).dashboard.access)
  return { context: { ...stack, ...hosts.context }, close: hosts.close }
}

/** Behind a command: ` --target 'hosts.json'`. */
function flagsFor(meant: Parameters<typeof flagsAgain>[0]): string {
  return flagsAgain(meant)
    .map(flag => ` ${flag}`)
    .join('')
}

/** Hosts of a target that is opened when a check first asks for it. @param flags that mean it, for the commands in fixes. */
export function openHosts(
  target: () => Promise<Target>,
  flags: string,
  depth: Depth,
  access: () => Promise<string> = async () => 'operator',
): Opened<HostsContext> {
  const connection = once(async () => connect(await target()))
  let isOpen = false
  const opened = () => {
    isOpen = true
    return connection()
  }
  const pipeline = once(async () =>
    deployedPipeline(await opened(), { flags, isOpenToReaders: (await access()) !== 'tunnel' }),
  )
  return {
    context: { ...contextOf(pipeline, depth), connection: opened },
    close: async () => {
      if (!isOpen) return
      const made = await connection().catch(() => undefined)
      await made?.close()
    },
  }
}

function contextOf(pipeline: () => Promise<Pipeline>, depth: Depth): PipelineContext {
  return { pipeline, depth, view: once(async () => settledView(await pipeline())) }
}

/** One slow answer on a busy machine is no trouble yet. */
async function settledView({ look }: Pipeline): Promise<View> {
  for (let looks = 1; ; looks++) {
    const view = await look()
    const isReady = (view.services ?? []).every(({ state }) => state === 'ready')
    if (isReady || looks === mostLooks) return view
    await sleep(betweenLooksMs)
  }
}
