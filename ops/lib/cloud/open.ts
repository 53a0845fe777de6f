import { resolve } from 'node:path'
import { loadStack } from '../stack/load.ts'
import { namesOf, stackId } from '../stack/names.ts'
import { type Stack } from '../stack/schema.ts'
import { type Cloud, openCloud } from './cloud.ts'
import { type Context } from './context.ts'
import { type Credit, readCredit } from './credit.ts'
import { keyFiles } from './key-files.ts'
import { type Part } from './part.ts'
import { partsOf } from './parts.ts'
import { findHosts, standingZone } from './resources/host.ts'
import { readSurroundings, type Surroundings } from './surroundings.ts'

/** A stack on AWS, opened: what it is made of, and what there is to pay it with. */
export type OpenStack = { stack: Stack; cloud: Cloud; context: Context; parts: Part[]; credit: Credit }

/** What is meant to become of the stack. */
export type Intent = Pick<Context, 'wanted' | 'power' | 'removal'>

/** A stack that is meant to stand and to run. */
export const toStand: Intent = {
  wanted: true,
  power: 'running',
  removal: { finalSnapshot: true, purge: false },
}

/**
 * Opens the stack of `wikiflow.config.ts` on AWS; changes nothing.
 * @param files the description (default `wikiflow.config.ts`), and the folder of what only this machine has.
 * @param change what is to be different from the description.
 * @throws UserError for a wrong description or a region that can't hold the stack; AWS's errors as they are.
 */
export async function openStack(
  { config, state }: { config?: string | undefined; state: string },
  intent: Intent = toStand,
  change: (described: Stack) => Stack = described => described,
): Promise<OpenStack> {
  const stack = change(await loadStack(config))
  const cloud = await openCloud(stack.region)
  const id = stackId(stack, cloud.account)
  const names = namesOf(id)
  const [credit, standing] = await Promise.all([readCredit(cloud, stack), findHosts(cloud, id)])
  const around = intent.wanted
    ? await readSurroundings(cloud, stack, await standingZone(cloud, id, names), credit.plan)
    : nowhere
  const context = { stack, id, names, cloud, around, files: keyFiles(resolve(state), id), ...intent }
  return { stack, cloud, context, parts: partsOf(context, standing), credit }
}

/** What is removed needs nothing of the region: neither a default VPC nor a zone that still has the host's type. */
export const nowhere: Surroundings = {
  vpc: '',
  subnets: [],
  zone: '',
  image: { id: '', name: '', rootDevice: '' },
  hostType: { architecture: 'x86_64', memoryMib: 0, vcpus: 0, burstable: false, freeTierEligible: false },
  plan: undefined,
}
