import { setTimeout as sleep } from 'node:timers/promises'
import { type Child, createChild } from './child.ts'
import { type ProcessSpec } from './stack.ts'

/** How often each process's health is asked for, in ms. */
const probeMs = 1_000

/** The running set of processes. */
export type Supervisor = {
  children: readonly Child[]
  /** Resolves with the first process that a restart can't help; else never. */
  failed: Promise<Child>
  /** Starts all, stage by stage. @returns true once every process is ready, false when it was stopped before. */
  start(): Promise<boolean>
  /** Stops all in order; each stage is killed when it is late, so that it ends within ten seconds. */
  stop(): Promise<void>
  /** Kills everything at once; nothing is lost by it, the next start only takes a little longer. */
  kill(): void
}

/** Makes a supervisor of the given processes. `onChange` hears of every change of a child's state. */
export function createSupervisor(
  specs: readonly ProcessSpec[],
  logDir: string,
  onChange: (child: Child) => void,
): Supervisor {
  let stopping = false
  const { promise: failed, resolve: fail } = Promise.withResolvers<Child>()
  const children = specs.map(spec =>
    createChild(spec, logDir, child => {
      onChange(child)
      if (child.current().state === 'failed') fail(child)
    }),
  )
  const probing = setInterval(() => void Promise.all(children.map(child => child.probe())), probeMs)
  return {
    children,
    failed,
    start: async () => {
      for (const stage of stages(children, child => child.spec.startStage)) {
        for (const child of stage) if (!stopping) child.start()
        while (!stopping && !stage.every(isUp)) await sleep(50)
      }
      return !stopping
    },
    stop: async () => {
      stopping = true
      for (const stage of stages(children, child => child.spec.stopStage)) {
        await Promise.all(stage.map(child => child.stop()))
      }
      clearInterval(probing)
    },
    kill: () => {
      stopping = true
      clearInterval(probing)
      for (const child of children) child.kill()
    },
  }
}

function isUp(child: Child): boolean {
  return child.current().state === (child.spec.oneShot ? 'done' : 'ready')
}

function stages(children: readonly Child[], stageOf: (child: Child) => number): Child[][] {
  const byStage = Map.groupBy(children, stageOf)
  return [...byStage.keys()].sort((a, b) => a - b).map(stage => byStage.get(stage) ?? [])
}
