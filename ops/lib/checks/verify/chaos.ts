import { setTimeout as sleep } from 'node:timers/promises'
import { UserError } from '../../script.ts'
import { judgeAudit } from './audit.ts'
import { type Pipeline, type Victim } from './pipeline.ts'
import { watchTakeover } from './takeover.ts'

/**
 * How long a takeover may take, in ms. The group waits 15 s for a sign of life (WORKER_SESSION_MS), a container is
 * started again after 5 s and ready within 60; a loaded machine takes twice that.
 */
const limitMs = 180_000
const pollMs = 500

/** What happened, and when, in ms from the kill. */
export type Moment = { afterMs: number; what: string }

/**
 * Kills a worker, watches others take over and it come back, and audits.
 * @param tell is given each thing as it happens.
 * @throws UserError when the stack doesn't get there in time, or something is lost.
 */
export async function killAndWatch(
  { workers, look, isSourceOver, audit, commands }: Pipeline,
  victim: Victim,
  { tell, signal, everyMs = pollMs, mostMs = limitMs }: ChaosOptions,
): Promise<Moment[]> {
  const moments: Moment[] = []
  const flows = !(await isSourceOver())
  const since = performance.now()
  const note = (what: string) => {
    const moment = { afterMs: Math.round(performance.now() - since), what }
    moments.push(moment)
    tell(moment)
  }
  await victim.kill()
  note(`killed: ${victim.name}`)
  const takeover = watchTakeover(victim.partitions, workers, flows)
  let trouble = ''
  for (let lacks = takeover.lacks(); lacks !== undefined; lacks = takeover.lacks()) {
    signal.throwIfAborted()
    if (performance.now() - since > mostMs) {
      throw new UserError(
        `after ${Math.round(mostMs / 1_000)} s ${lacks}${trouble && ` (${trouble})`}: ${commands.status}; ${commands.logs('worker')}`,
      )
    }
    await sleep(everyMs)
    try {
      for (const what of takeover.look(await look())) note(what)
      trouble = ''
    } catch (error) {
      // A page that is asked for while services move may fail once.
      if (!(error instanceof UserError)) throw error
      trouble = error.message
    }
  }
  const { state, found, fix } = judgeAudit(await audit('books'), commands.audit)
  if (state === 'failed') throw new UserError(`${found}. ${fix}`)
  note(found)
  return moments
}

/** How it is watched. */
export type ChaosOptions = {
  tell(moment: Moment): void
  signal: AbortSignal
  everyMs?: number
  mostMs?: number
}

/** A moment as a line of a timeline: `  15.2 s  …`. */
export function momentLine({ afterMs, what }: Moment): string {
  return `${(afterMs / 1_000).toFixed(1).padStart(7)} s  ${what}`
}
