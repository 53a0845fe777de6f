import { relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openStack } from '../cloud/open.ts'
import { renderOutputs } from '../cloud/outputs.ts'
import { type Part } from '../cloud/part.ts'
import { isThere, provision } from '../cloud/provision.ts'
import { deploy } from '../deploy/deploy.ts'
import { shipAlone } from '../deploy/ship-alone.ts'
import { type Stages, showStages } from '../deploy/stages.ts'
import { interruptible } from '../interrupt.ts'
import { UserError } from '../script.ts'
import { type Destination, migrationContext } from './context.ts'
import { checkStep } from './deploy-steps.ts'
import { stepOfPart } from './infrastructure-steps.ts'
import { judgeError } from './judge-error.ts'
import { localTestFolder, runLocalTest, testEvents } from './local-test.ts'
import { type Found, type PhaseId } from './step.ts'

/** What a phase is walked with. */
export type WalkOptions = {
  root: string
  /** As it was given; `state` is a path. */
  destination: Destination
  /** Standard output holds JSON alone. */
  json: boolean
  overBudget: boolean
  agree(question: string): Promise<boolean>
}

/**
 * Walks steps of one phase that are to do.
 * @param leave ids of the phase's steps that aren't done, and aren't meant.
 * @returns false when a person said no.
 * @throws UserError when it fails.
 */
type WalkPhase = (todo: readonly Found[], leave: readonly string[], options: WalkOptions) => Promise<boolean>

/** How long a first file of the lake may take beyond a rotation, and how often the page is asked for it, in ms. */
const beyondRotationMs = 180_000
const pollMs = 10_000

/** How each phase is walked. */
export const walkers: Readonly<Record<PhaseId, WalkPhase>> = {
  prepare: walkPrepare,
  infrastructure: walkInfrastructure,
  deploy: walkDeploy,
}

async function walkPrepare(
  _todo: readonly Found[],
  _leave: readonly string[],
  options: WalkOptions,
): Promise<boolean> {
  const { root, destination, json, agree } = options
  const { state } = destination
  const out = json ? process.stderr : process.stdout
  out.write(
    [
      `The pipeline runs on this machine, with ${testEvents.toLocaleString('en')} simulated events, and is audited:`,
      `half a minute. It costs nothing, and leaves ${relative(process.cwd(), localTestFolder(state))}`,
      '',
    ].join('\n'),
  )
  if (!(await agree('Run it?'))) return false
  await inStages(options, stages =>
    stages.run('testing on this machine', say => runLocalTest({ root, state }, say)),
  )
  return true
}

async function walkInfrastructure(
  todo: readonly Found[],
  leave: readonly string[],
  options: WalkOptions,
): Promise<boolean> {
  const { destination, json, overBudget, agree } = options
  // Hosts given by address are somebody else's to make.
  if (destination.target !== undefined) throw new UserError(todo.map(({ evidence }) => evidence).join('\n'))
  const open = await openStack(destination)
  const provisioned = await provision({
    ...{ open, json, overBudget, parts: partsBut(open.parts, leave) },
    agree: () => agree('Carry out this plan?'),
  })
  if (provisioned.result === 'declined') return false
  if (!isThere(provisioned)) throw new UserError(provisioned.problems.join('\n'))
  if (!json) console.log(`\n${renderOutputs(provisioned.outputs)}`)
  return true
}

/** All parts but those of steps that are left out, unless others need them; all of them have a bill. */
export function partsBut<P extends Pick<Part, 'id' | 'needs'>>(
  all: readonly P[],
  leave: readonly string[],
): readonly P[] {
  const kept = new Set(all.filter(({ id }) => !leave.includes(stepOfPart(id))).map(({ id }) => id))
  // Ids are added while they are gone through: what is needed for those is looked at as well.
  for (const id of kept) for (const need of all.find(part => part.id === id)?.needs ?? []) kept.add(need)
  return kept.size === all.length ? all : all.filter(({ id }) => kept.has(id))
}

async function walkDeploy(
  todo: readonly Found[],
  _leave: readonly string[],
  options: WalkOptions,
): Promise<boolean> {
  const { destination, json, agree } = options
  const ids = todo.map(({ id }) => id)
  if (ids.includes('run')) {
    const outcome = await deploy({ ...destination, json, planOnly: false, agree: () => agree('Deploy it?') })
    if (!outcome.serves) return false
  } else if (ids.includes('ship')) {
    if (!(await agree('Ship the release, and build its image? What runs goes on as it is.'))) return false
    await shipAlone({ ...destination, json })
  }
  if (ids.includes('check')) await interruptible(signal => awaitFlow(options, signal))
  return true
}

/** Waits until events flow to the page and the lake. @throws UserError with what is late when they don't. */
async function awaitFlow(options: WalkOptions, signal: AbortSignal): Promise<void> {
  const first = migrationContext(options.root, options.destination)
  const hosts = await first.hosts()
  if (typeof hosts === 'string') throw new UserError(hosts)
  const patienceMs = Number(hosts.next.variables.LAKE_ROTATE_S || 600) * 1_000 + beyondRotationMs
  await inStages(options, stages =>
    stages.run('events on the page, and a file of the lake', async say => {
      const until = Date.now() + patienceMs
      for (let context = first; ; context = context.again()) {
        const { state, evidence } = await checkStep.probe(context, () => {}).catch(judgeError)
        if (state === 'done') return
        if (Date.now() > until) throw new UserError(evidence)
        say(evidence)
        await sleep(pollMs, undefined, { signal }).catch(() => signal.throwIfAborted())
      }
    }),
  )
}

async function inStages<T>(
  { destination, json }: WalkOptions,
  work: (stages: Stages) => Promise<T>,
): Promise<T> {
  const stages = showStages(json ? process.stderr : process.stdout, destination)
  try {
    return await work(stages)
  } finally {
    stages.close()
  }
}
