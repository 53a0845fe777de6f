import { deployedFlagsAgain, flagsAgain } from '../deploy/target-flags.ts'
import { type Destination } from './context.ts'
import { type Found } from './step.ts'

/** How a run of `ops/migrate.ts` ended. */
export type Result = 'done' | 'planned' | 'not asked' | 'declined' | 'blocked' | 'failed'

/** What is true now, and what to do next. @param chosen ids of the steps that were meant. */
export function closingOf(
  result: Result,
  steps: readonly Found[],
  chosen: ReadonlySet<string>,
  destination: Destination,
): string {
  const again = ['npx zx ops/migrate.ts', ...flagsAgain(destination)].join(' ')
  const verify = ['npx zx ops/verify.ts', ...deployedFlagsAgain(destination)].join(' ')
  const done = steps.filter(({ state }) => state === 'done').length
  const open = steps.filter(({ id, state }) => chosen.has(id) && state !== 'done')
  const stands = `${done} of ${steps.length} steps are done`
  switch (result) {
    case 'done':
      return done === steps.length
        ? `All ${steps.length} steps are done: the pipeline serves. Next: ${verify}`
        : `What was asked for is done: ${stands}. Next: ${again}`
    case 'planned':
      return `${stands}, and nothing was changed. Next: ${nextOf(open, again)}`
    case 'not asked':
      return `${stands}, and nothing was changed, for there is no terminal to ask on. Next: ${again} --yes agrees beforehand`
    case 'declined':
      return `${stands}; what you said no to was not changed. Next: ${again} goes on from here`
    case 'blocked':
      return `${stands}; ${numbers(open.filter(({ state }) => state === 'blocked'))} can't be walked yet: mend what it says. Next: ${again} goes on from here`
    case 'failed':
      return `${stands}; ${numbers(open)} ${open.length > 1 ? 'are' : 'is'} not: mend what is said above. Next: ${again} goes on from here`
  }
}

function nextOf(open: readonly Found[], again: string): string {
  return open[0]?.state === 'blocked' ? `mend what step ${open[0].number} says, then ${again}` : again
}

/** `step 5`, `steps 5 to 7`, `steps 5 and 8`. */
function numbers(steps: readonly Found[]): string {
  const all = steps.map(({ number }) => number)
  const [first = 0] = all
  const last = all.at(-1) ?? first
  if (all.length <= 1) return `step ${first}`
  return last - first === all.length - 1 && all.length > 2
    ? `steps ${first} to ${last}`
    : `steps ${all.slice(0, -1).join(', ')} and ${last}`
}
