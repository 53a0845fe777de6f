import { resolve } from 'node:path'
import { type Cloud, openCloud } from '../ops/lib/cloud/cloud.ts'
import { type Context } from '../ops/lib/cloud/context.ts'
import { readCredit } from '../ops/lib/cloud/credit.ts'
import { sentenceOf } from '../ops/lib/cloud/errors.ts'
import { keyFiles } from '../ops/lib/cloud/key-files.ts'
import { nowhere, toStand } from '../ops/lib/cloud/open.ts'
import { namesOf, stackId } from '../ops/lib/stack/names.ts'
import { type Stack } from '../ops/lib/stack/schema.ts'
import { readActual } from './actual.ts'
import { type ActualBill, type LiveBill, type Report } from './bill.ts'
import { readLive } from './live.ts'
import { type CreditState } from './outlook.ts'

type Source = Report['unavailable'][number]['source']

/** What is to be read on AWS. */
export type Wanted = {
  live: boolean
  actual: boolean
  /** False: the credit is known without AWS. */
  credit: boolean
  /** The first day that Cost Explorer is asked about. */
  since?: Date | undefined
}

/** What AWS told, and what it didn't. */
export type Answers = {
  live?: LiveBill | undefined
  actual?: ActualBill | undefined
  credit?: CreditState | undefined
  unavailable: Report['unavailable']
}

/** How the reader of a report is asked and told things. */
export type Talk = { agree(question: string): Promise<boolean>; say(sentence: string): void }

/** Reads each source; what can't be read is named with the reason, and the others go on. */
export async function readSources(
  { stack, state }: { stack: Stack; state: string },
  wanted: Wanted,
  talk: Talk,
  now: Date,
): Promise<Answers> {
  const sources = (['live', 'actual', 'credit'] as const).filter(source => wanted[source])
  if (sources.length === 0) return { unavailable: [] }
  const unavailable: { source: Source; why: string }[] = []
  const orWhy = async <T>(which: readonly Source[], reading: Promise<T>): Promise<T | undefined> => {
    try {
      return await reading
    } catch (error) {
      unavailable.push(...which.map(source => ({ source, why: sentenceOf(error) })))
      return undefined
    }
  }
  const cloud = await orWhy(sources, openCloud(stack.region))
  if (!cloud) return { unavailable }
  const context = contextOf(stack, cloud, state)
  const [live, credit, actual] = await Promise.all([
    wanted.live ? orWhy(['live'], readLive({ stack, cloud, context }, now)) : undefined,
    wanted.credit ? orWhy(['credit'], readCredit(cloud, stack)) : undefined,
    wanted.actual
      ? orWhy(
          ['actual'],
          readActual({
            cloud,
            stack,
            folder: context.files.folder,
            now,
            ...talk,
            ...(wanted.since ? { since: wanted.since } : {}),
          }),
        )
      : undefined,
  ])
  return { live, credit, actual, unavailable }
}

/** The stack as it is read, without what only its making needs of the region. */
function contextOf(stack: Stack, cloud: Cloud, state: string): Context {
  const id = stackId(stack, cloud.account)
  return {
    stack,
    id,
    names: namesOf(id),
    cloud,
    around: nowhere,
    files: keyFiles(resolve(state), id),
    ...toStand,
    wanted: false,
  }
}
