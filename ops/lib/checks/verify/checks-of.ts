import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { commandsIn } from '../../runbook/commands.ts'
import { findStep, stepsIn } from '../../runbook/steps.ts'
import { UserError } from '../../script.ts'
import { projectRoot } from '../../stack/load.ts'
import { type Session } from './session.ts'

/** Checks of the machine that this runs on: that they are ok says nothing of a stack. */
const ofThisMachine = ['node', 'ssh', 'config', 'local']

/** The checks of a step of the runbook: those that a stack of this kind has, and those that are about another. */
export type ChecksOf = { here: string[]; elsewhere: string[] }

/** The checks of a step of the runbook. @throws UserError when none of them is about a stack of this kind. */
export function checksOf(step: string, session: Pick<Session, 'name' | 'idsHere'>): ChecksOf {
  const book = readRunbook()
  const { id, title, checks } = findStep(stepsIn(book), step)
  if (checks.every(check => ofThisMachine.includes(check))) {
    const proof = commandsIn(book).filter(command => command.step === id && command.kind === 'prove')
    const how = proof.map(({ line }) => `\`${line}\``).join(', ') || 'it is read, not run'
    throw new UserError(`${id} (${title}) of RUNBOOK.md is about no stack that stands: its proof is ${how}`)
  }
  const here = session.idsHere(checks)
  if (here.some(check => !ofThisMachine.includes(check))) {
    return { here, elsewhere: checks.filter(check => !here.includes(check)) }
  }
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
