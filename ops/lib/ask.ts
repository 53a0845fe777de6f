import { UserError } from './script.ts'

/**
 * Asks for a yes on the terminal, unless it was given on the command line.
 * @throws UserError without a terminal: a question that nobody sees is not asked.
 */
export async function agreed(question: string, yes: boolean | undefined): Promise<boolean> {
  if (yes) return true
  assertTerminal('--yes')
  const { confirm } = await import('@inquirer/prompts')
  return onTerminal(confirm({ message: question, default: false }))
}

/** Asks for a word to be typed, unless it was given on the command line. @throws UserError without a terminal. */
export async function typed(question: string, word: string, given: string | undefined): Promise<boolean> {
  if (given !== undefined) return given === word
  assertTerminal(`--confirm ${word}`)
  const { input } = await import('@inquirer/prompts')
  return (await onTerminal(input({ message: question }))).trim() === word
}

function assertTerminal(flag: string): void {
  if (process.stdin.isTTY && process.stdout.isTTY) return
  throw new UserError(`nothing was changed: there is no terminal to ask on. Give ${flag} to agree beforehand`)
}

/** Ctrl-C at a question means no. */
async function onTerminal<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof Error && error.name === 'ExitPromptError') throw new UserError('nothing was changed')
    throw error
  }
}
