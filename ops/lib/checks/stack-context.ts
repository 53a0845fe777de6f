import { type Cloud, openCloud } from '../cloud/cloud.ts'
import { type Context } from '../cloud/context.ts'
import { type Credit, readCredit } from '../cloud/credit.ts'
import { keyFiles } from '../cloud/key-files.ts'
import { type OpenStack, toStand } from '../cloud/open.ts'
import { type Part } from '../cloud/part.ts'
import { partsOf } from '../cloud/parts.ts'
import { makePlan, type Obstacle, type Plan } from '../cloud/plan.ts'
import { findHosts, standingZone } from '../cloud/resources/host.ts'
import { readSurroundings, type Surroundings } from '../cloud/surroundings.ts'
import { loadStack } from '../stack/load.ts'
import { namesOf, stackId } from '../stack/names.ts'
import { type Stack } from '../stack/schema.ts'

/**
 * What checks of a stack look at. Each is read when the first check asks for it, and once: all of them judge the
 * same answer.
 */
export type StackContext = {
  /** The project's folder, and the folder of what only this machine has. */
  root: string
  state: string
  stack(): Promise<Stack>
  cloud(): Promise<Cloud>
  credit(): Promise<Credit>
  around(): Promise<Surroundings>
  parts(): Promise<readonly Part[]>
  /** What is to be done until all is as described. */
  plan(): Promise<Plan & { obstacles: readonly Obstacle[] }>
  /** All of the above as other scripts take it. */
  open(): Promise<OpenStack>
}

/** Opens nothing yet. @param config the stack's description; left out, that of the project. */
export function stackContext(root: string, state: string, config: string | undefined): StackContext {
  const stack = once(() => loadStack(config))
  const cloud = once(async () => openCloud((await stack()).region))
  const credit = once(async () => readCredit(await cloud(), await stack()))
  const identity = once(async () => {
    const id = stackId(await stack(), (await cloud()).account)
    return { id, names: namesOf(id) }
  })
  const around = once(async () => {
    const { id, names } = await identity()
    const zone = await standingZone(await cloud(), id, names)
    return readSurroundings(await cloud(), await stack(), zone, (await credit()).plan)
  })
  const context = once(async (): Promise<Context> => {
    const { id, names } = await identity()
    return {
      ...{ id, names, stack: await stack(), cloud: await cloud(), around: await around() },
      files: keyFiles(state, id),
      ...toStand,
    }
  })
  const open = once(async (): Promise<OpenStack> => {
    const made = await context()
    const parts = partsOf(made, await findHosts(made.cloud, made.id))
    return { stack: made.stack, cloud: made.cloud, context: made, parts, credit: await credit() }
  })
  const parts = async () => (await open()).parts
  const plan = once(async () => makePlan(await parts()))
  return { root, state, stack, cloud, credit, around, parts, plan, open }
}

/** Reads when it is first asked for; everybody gets that answer, or that error. */
export function once<T>(read: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined
  return () => {
    answer ??= read()
    return answer
  }
}
