import { elapsed } from '../../cloud/elapsed.ts'
import { type Check, type Outcome } from '../check.ts'
import { type PipelineContext } from './context.ts'
import { type Commands } from './pipeline.ts'
import { secondsBetween, type View } from './view.ts'

/** An object is sealed, written and noted within so many seconds after its time has come. */
const writingS = 30

/** Whether the lake gets its files as often as it should. */
export const lakeFreshCheck: Check<Pick<PipelineContext, 'pipeline' | 'view'>> = {
  id: 'lake-fresh',
  title: 'lake',
  looksAt: 'an object was written within the last two rotations, and none waits to be written',
  needs: ['page'],
  run: async ({ pipeline, view }) => {
    const { rotateS, commands } = await pipeline()
    return judgeLake(await view(), rotateS, commands)
  },
}

/** The newest object of the lake. @param rotateS seconds between two objects of a partition. */
export function judgeLake(
  { at, lake, flow, services }: Pick<View, 'at' | 'lake' | 'flow' | 'services'>,
  rotateS: number,
  commands: Pick<Commands, 'logs'>,
): Outcome {
  const limitS = 2 * rotateS + writingS
  const fix = commands.logs('batch')
  const { last, unwritten } = lake
  const waitsS = unwritten.oldestSealedAt === null ? 0 : secondsBetween(unwritten.oldestSealedAt, at)
  if (unwritten.ranges > 0 && waitsS > limitS) {
    return {
      state: 'failed',
      found: `${unwritten.ranges} sealed ${unwritten.ranges === 1 ? 'range has' : 'ranges have'} no object yet, the oldest for ${elapsed(waitsS * 1_000)}`,
      fix,
    }
  }
  const rotation = `one every ${elapsed(rotateS * 1_000)} and partition`
  if (!last) {
    return flow.minutes * 60 > limitS
      ? {
          state: 'failed',
          found: `no object yet after ${flow.minutes} minutes with events; ${rotation}`,
          fix,
        }
      : {
          state: 'warning',
          found: `no object yet: ${rotation}, the first ${elapsed(rotateS * 1_000)} after the first event`,
        }
  }
  const age = secondsBetween(last.writtenAt, at)
  const found = `the newest object is ${elapsed(age * 1_000)} old (${rotation})`
  if (age <= limitS) return { state: 'ok', found }
  const held = (services ?? []).find(({ name }) => name === 'lake')?.heldRows
  if (held === 0) return { state: 'ok', found: `${found}, and no record waits for its file` }
  return {
    state: 'failed',
    found: `${found}${held ? `, and ${held.toLocaleString('en')} records wait` : ''}`,
    fix,
  }
}
