import { deployedFlagsAgain, flagsAgain, naming } from '../../deploy/target-flags.ts'
import { type Check, type Result } from '../check.ts'
import { assertKnown, type Choice, chooseChecks } from '../choose.ts'
import { localStackCheck } from '../local-stack.ts'
import { showChecks } from '../show.ts'
import { type Opened, openAws, openFile, openLocal, type PipelineContext } from './context.ts'
import { awsChecks, hostsChecks, localChecks } from './lists.ts'
import { type Depth, type Pipeline } from './pipeline.ts'

/** Which stack is meant, and how closely it is looked at. */
export type VerifyChoice = {
  deployed: boolean
  target?: string | undefined
  config?: string | undefined
  state: string
  'host-key'?: readonly string[] | undefined
  /** The project's folder. */
  root: string
  depth: Depth
}

/** What of a check is told before it is run. */
type Chosen = Pick<Check<never>, 'id' | 'title' | 'looksAt'>

/** A stack that is verified: its checks, and how to run them. */
export type Session = {
  /** `the local stack`, or what names the deployed one. */
  name: string
  /** The command that verifies it again. */
  command: string
  /** @throws UserError for an id that no check of this stack has. */
  choose(choice: Choice): Chosen[]
  /** Those ids that checks of this stack have. @throws UserError for one that no check has at all. */
  idsHere(ids: readonly string[]): string[]
  /** Looks anew at everything. @param quiet prints no lines. */
  run(chosen: readonly Chosen[], quiet: boolean): Promise<Result[]>
  pipeline(): Promise<Pipeline>
  /** Lets go of what `pipeline` opened. */
  close(): Promise<void>
}

/** The stack that flags mean; asks nothing of it yet. */
export function sessionFor(choice: VerifyChoice): Session {
  const { target, config, state, depth } = choice
  const isDeployed = choice.deployed || target !== undefined || config !== undefined
  const flags = isDeployed ? deployedFlagsAgain(choice) : flagsAgain(choice)
  const words = {
    command: ['npx zx ops/verify.ts', ...flags].join(' '),
    tell: (text: string) => naming(text, choice),
  }
  if (target !== undefined) {
    return session(`the stack of ${target}`, words, hostsChecks, () => openFile(target, state, depth))
  }
  if (isDeployed) {
    return session('the stack on AWS', words, awsChecks, () => openAws(choice, depth))
  }
  return session('the local stack', words, localChecks, () => openLocal(state, depth))
}

/** Every list's ids, and prepare's rehearsal: a runbook is written for all kinds of stack. */
const everywhere = [
  ...new Set(
    [localChecks, hostsChecks, awsChecks, [localStackCheck]].flatMap(list => list.map(({ id }) => id)),
  ),
]

function session<Context extends PipelineContext>(
  name: string,
  { command, tell }: Pick<Session, 'command'> & { tell(text: string): string },
  checks: readonly Check<Context>[],
  open: () => Opened<Context>,
): Session {
  let opened: Opened<Context> | undefined
  const ids = new Set(checks.map(({ id }) => id))
  return {
    ...{ name, command },
    choose: choice => chooseChecks(checks, choice),
    idsHere: asked => {
      assertKnown(asked, everywhere)
      return asked.filter(id => ids.has(id))
    },
    run: async (chosen, quiet) => {
      const { context, close } = open()
      try {
        const only = chosen.map(({ id }) => id)
        const skip = [...ids].filter(id => !only.includes(id))
        return await showChecks(chooseChecks(checks, { skip }), context, { quiet, tell })
      } finally {
        await close()
      }
    },
    pipeline: () => {
      opened ??= open()
      return opened.context.pipeline()
    },
    close: async () => opened?.close(),
  }
}
