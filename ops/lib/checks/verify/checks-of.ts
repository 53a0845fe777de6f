import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findStep, stepsIn } from '../../runbook/steps.ts'
import { UserError } from '../../script.ts'
import { projectRoot } from '../../stack/load.ts'
import { type Session } from './session.ts'

/** Ids of the checks of a step of the runbook, those of this kind of stack. @throws UserError when there are none. */
export function checksOf(step: string, session: Session): string[] {
  const { id, title, checks } = findStep(stepsIn(readRunbook()), step)
  if (checks.length === 0)
    throw new UserError(`${id} (${title}) of RUNBOOK.md names no checks: it is read, not run`)
  const here = session.idsHere(checks)
  if (here.length > 0) return here
  throw new UserError(
    `the checks of ${id} are ${checks.join(', ')}, and none is about ${session.name}: name a deployed one with --deployed or --target FILE`,
  )
}

function readRunbook(): string {
  const path = join(projectRoot(), 'RUNBOOK.md')
  try {
    return readFileSync(path, 'utf8')
  } catch {
    throw new UserError(`${path} can't be read: it belongs to the project`)
  }
}
