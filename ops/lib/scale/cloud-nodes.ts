import { assertAffordable } from '../cloud/affordable.ts'
import { type OpenStack, openStack, toStand } from '../cloud/open.ts'
import { type Found } from '../cloud/part.ts'
import { type Outcome, planAndApply } from '../cloud/plan-and-apply.ts'
import { wasReached } from '../deploy/await-pipeline.ts'
import { leavingHosts } from '../deploy/cloud-target.ts'
import { type Connection, connect } from '../deploy/connect.ts'
import { type Deployment } from '../deploy/plan.ts'
import { readRunning } from '../deploy/running.ts'
import { type Stages, showStages } from '../deploy/stages.ts'
import { standingTarget, thingsOf } from '../deploy/standing-target.ts'
import { nextCommand } from '../deploy/target-flags.ts'
import { type Host } from '../host/host.ts'
import { type Description } from './description.ts'
import { type NodesPlan, planNodes } from './nodes-plan.ts'
import { type ScaleOptions, type ScaleOutcome } from './outcome.ts'
import { assertRoom, reshape } from './reshape.ts'

/** What a stack on AWS is scaled with. */
type Work = {
  count: number
  open: OpenStack
  description: Description
  options: ScaleOptions
  stages: Stages
}

/**
 * Has a stack on AWS run on so many hosts. Those that are missing are made by provision's plan, and join; those that are
 * too many leave the Swarm, and are then removed by it.
 * @throws UserError as `scaleNodes`, and as provisioning does.
 */
export async function cloudNodes(
  count: number,
  description: Description,
  options: ScaleOptions,
): Promise<ScaleOutcome> {
  await description.check({ nodes: count })
  const open = await openStack(options, toStand, stack => ({ ...stack, host: { ...stack.host, count } }))
  const stages = showStages(options.json ? process.stderr : process.stdout, options)
  const work: Work = { count, open, description, options, stages }
  try {
    const things = await thingsOf(open)
    const isLess = open.parts.some(({ id, wanted }) => /^host-\d+$/.test(id) && !wanted && things.has(id))
    const provisioned = isLess ? await withFewer(work, things) : await provision(work, () => save(work))
    const { result } = provisioned
    if (result !== 'done' && result !== 'nothing to do') return ended(provisioned)
    return await joinThose(work, provisioned)
  } finally {
    stages.close()
  }
}

function save({ description, count }: Work): Promise<void> {
  return description.save({ nodes: count })
}

/** Provision's plan, with its price and its question; `before` is done between the question and the first change. */
function provision({ open, options }: Work, before: () => Promise<void>): Promise<Outcome> {
  return planAndApply({
    ...{ open, parts: open.parts, purpose: 'scale', before },
    ...{ planOnly: options.planOnly, json: options.json, agree: options.agree },
    refuse: plan => {
      if (!options.overBudget) assertAffordable(plan, open)
    },
  })
}

/** Removes hosts that have left the Swarm. */
function withFewer(work: Work, things: ReadonlyMap<string, Found>): Promise<Outcome> {
  return onSwarm(work, things, async swarm => {
    if (!swarm) return provision(work, () => save(work))
    print(work, swarm.plan.lines)
    assertRoom(swarm.plan)
    return provision(work, () => reshape({ ...work, ...swarm, leaving: swarm.plan.leaving }))
  })
}

/** Has the hosts that are there join the Swarm; asked for when provisioning had nothing to ask. */
async function joinThose(work: Work, { result, things }: Outcome): Promise<ScaleOutcome> {
  const { count, description, options, open } = work
  if (!wasReached(open.context.files, things)) {
    if (description.says.nodes !== count) await save(work)
    return end(
      result,
      [],
      `${hosts(count)} there. Next: ${nextCommand('deploy.ts', options)} has them join, with the pipeline`,
    )
  }
  return onSwarm(work, things, async swarm => {
    if (!swarm) {
      await save(work)
      return end(
        'done',
        [],
        `${hosts(count)} there; nothing is deployed yet: ${nextCommand('deploy.ts', options)}`,
      )
    }
    const { lines, isSettled, leaving } = swarm.plan
    if (isSettled && (result === 'done' || description.says.nodes === count)) {
      return end(
        result,
        lines,
        `${hosts(count)} there, and in the Swarm. Next: ${nextCommand('status.ts', options)}`,
      )
    }
    print(work, lines)
    if (result === 'nothing to do') {
      if (options.planOnly) return end('planned', lines, 'Nothing was changed.')
      if (!(await options.agree())) return end('declined', lines, 'Nothing was changed.')
    }
    await reshape({ ...work, ...swarm, leaving })
    return end(
      'done',
      lines,
      `The pipeline runs on ${count}, and is ready. Next: ${nextCommand('status.ts', options)}`,
    )
  })
}

type OnSwarm = { kept: Connection; beyond: readonly Host[]; plan: NodesPlan; deployment: Deployment }

/** Works on the Swarm of a stack that stands; on undefined where nothing is deployed. */
async function onSwarm<T>(
  { open, options, description }: Work,
  things: ReadonlyMap<string, Found>,
  work: (swarm: OnSwarm | undefined) => Promise<T>,
): Promise<T> {
  const target = await standingTarget(open, things, options['host-key'])
  const [first, ...others] = target.hosts
  const all = [first, ...others, ...leavingHosts(open, things)] as const
  const connection = await connect({ ...target, hosts: all })
  const { manager, hosts } = connection
  const count = target.hosts.length
  const kept = { ...connection, target, hosts: [manager, ...hosts.slice(1, count)] as const }
  try {
    const { current, swarm } = await readRunning(manager, target.stack)
    if (!current || !swarm) return await work(undefined)
    const plan = planNodes({ swarm, description }, kept)
    return await work({ kept, beyond: hosts.slice(count), plan, deployment: current })
  } finally {
    await connection.close()
  }
}

function print({ options }: Work, lines: readonly string[]): void {
  const out = options.json ? process.stderr : process.stdout
  out.write(`\n${lines.join('\n')}\n\n`)
}

/** What provisioning came to, when it is the end. */
function ended({ result, problems }: Outcome): ScaleOutcome {
  if (result === 'failed') {
    const what = ['Not all hosts are as described:', ...problems].join('\n')
    return end(
      'failed',
      [],
      `${what}\nMend what is named, and run the same command again: it goes on from here.`,
    )
  }
  return end(result, [], ['Nothing was changed.', ...problems].join('\n'))
}

function end(result: ScaleOutcome['result'], plan: readonly string[], closing: string): ScaleOutcome {
  return { result, plan, closing }
}

function hosts(count: number): string {
  return count === 1 ? 'One host is' : `${count} hosts are`
}
