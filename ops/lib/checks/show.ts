import { inWords } from '../cloud/errors.ts'
import { type Check, type Result } from './check.ts'
import { showProgress } from './progress.ts'
import { inOrder, type Layout, renderResult, titleWidth } from './render.ts'
import { type RunOptions, runChecks } from './run.ts'

/** Where this process prints: colours on a terminal alone, lines as long as it is wide. */
export function layoutOf(checks: readonly { title: string }[]): Layout {
  const isTerminal = process.stdout.isTTY && process.env.NO_COLOR === undefined
  const columns = process.stdout.isTTY ? process.stdout.columns : undefined
  return { width: titleWidth(checks), columns, isTerminal }
}

/**
 * Runs checks before a person: their lines on standard output in the list's order, each as soon as it is there, and
 * what is waited for on standard error.
 * @param quiet prints no lines: the results are wanted in another form.
 * @param tell as `runChecks` takes it.
 */
export async function showChecks<Context>(
  checks: readonly Check<Context>[],
  context: Context,
  { quiet = false, tell }: { quiet?: boolean } & Pick<RunOptions, 'tell'> = {},
): Promise<Result[]> {
  const progress = showProgress(process.stderr, new Map(checks.map(({ id, title }) => [id, title])))
  const layout = layoutOf(checks)
  const print = inOrder(checks, result => {
    if (!quiet) console.log(renderResult(result, layout))
  })
  try {
    return await runChecks(checks, context, {
      explain: inWords,
      ...(tell && { tell }),
      onEvent: event => {
        progress.on(event)
        if (event.state === 'done') print(event.result)
      },
    })
  } finally {
    progress.close()
  }
}
