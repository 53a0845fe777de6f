import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { type Plan } from './plan.ts'
import { poisonNames } from './poison.ts'
import { type Segment } from './timeline.ts'

/** What a simulated stream must know to go on after a restart: the rest is made from it. */
export type StreamState = { seed: number; segments: readonly Segment[]; plan: Plan }

/** A state file that can't be used. */
export class StateFileError extends Error {
  override name = 'StateFileError'
}

const fate = z.enum([...poisonNames, 'unknown_fields'])
const stored = z.object({
  version: z.literal(1),
  seed: z.int(),
  segments: z.array(z.object({ from: z.int().min(0), startMs: z.number(), rate: z.number().positive() })),
  eras: z
    .array(
      z.object({
        from: z.int().min(0),
        canariesPerHour: z.number().min(0),
        shares: z
          .partialRecord(fate, z.number())
          .transform(shares => shares as Plan['eras'][number]['shares']),
      }),
    )
    .min(1),
  ordered: z.array(z.tuple([z.int(), fate])),
})

/**
 * The state in that file; undefined when there is no such file.
 * Throws a StateFileError when it can't be read, or isn't a state file.
 */
export function readState(path: string): StreamState | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new StateFileError(`Can't read the state file ${path}: ${(error as Error).message}`)
  }
  try {
    const { seed, segments, eras, ordered } = stored.parse(JSON.parse(text))
    return { seed, segments, plan: { eras, ordered: new Map(ordered) } }
  } catch {
    throw new StateFileError(
      `${path} is not a state file of the simulator. Give --state another path, or remove the file to start anew.`,
    )
  }
}

/** Writes the state, so that a kill at any moment leaves the old state or the new one. */
export function writeState(path: string, { seed, segments, plan }: StreamState): void {
  const state = { version: 1, seed, segments, eras: plan.eras, ordered: [...plan.ordered] }
  const temporary = `${path}.new`
  try {
    writeFileSync(temporary, `${JSON.stringify(state)}\n`, { flush: true })
    renameSync(temporary, path)
  } catch (error) {
    throw new StateFileError(`Can't write the state file ${path}: ${(error as Error).message}`)
  }
}
