import { type Context } from './context.ts'
import { type OpenStack } from './open.ts'
import { type Change, type Outcome, planAndApply } from './plan-and-apply.ts'
import { powerParts } from './power.ts'

/** Starts, or stops, what bills by the hour, and nothing else: what is there is changed in no other way. */
export async function switchPower(
  open: OpenStack,
  power: Context['power'],
  how: Pick<Change, 'planOnly' | 'json' | 'agree'>,
): Promise<Outcome> {
  return planAndApply({
    ...how,
    open,
    parts: await powerParts(open.parts, power),
    purpose: power === 'stopped' ? 'pause' : 'resume',
  })
}
