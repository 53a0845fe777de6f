/** `npx zx ops/verify.ts`: is all of the stack as it should be? */
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createLogUpdate } from 'log-update'
import { type Result, verdict } from './lib/checks/check.ts'
import { idsIn } from './lib/checks/choose.ts'
import { closing } from './lib/checks/closing.ts'
import { toJunit } from './lib/checks/junit.ts'
import { layoutOf } from './lib/checks/show.ts'
import { checksOf } from './lib/checks/verify/checks-of.ts'
import { killOne } from './lib/checks/verify/kill-one.ts'
import { type Session, sessionFor, type VerifyChoice } from './lib/checks/verify/session.ts'
import { renderRound } from './lib/checks/watch.ts'
import { runCloudScript } from './lib/cloud/script.ts'
import { targetFlags, targetHelp } from './lib/deploy/target-flags.ts'
import { scriptArgs, UserError } from './lib/script.ts'
import { projectRoot } from './lib/stack/load.ts'
import { wholeNumber } from './lib/whole-number.ts'

const help = `npx zx ops/verify.ts [options]      is all of the stack as it should be?

Looks at what runs and says of each thing what it found and, where it is wrong, what to do. Nothing is changed. Without
a flag that names hosts, the stack that runs on this machine.

  --deployed        the stack of wikiflow.config.ts on AWS; --target and --config mean a deployed one, too
  --list            the checks of this kind of stack, and what each looks at
  --only IDS        these checks alone, by their ids with commas between them, and those they need
  --skip IDS        without these
  --runbook STEP    the checks of a step of RUNBOOK.md
  --full            the audit reads every record of the log, not the books alone
  --watch           again and again until Ctrl-C; what has become otherwise is marked with *
  --every N         seconds between two rounds of --watch (default 30)
  --json            the results as JSON on standard output, with --watch a line a round
  --junit FILE      the results as JUnit's XML, too, for CI
  --chaos           kills one worker, shows who takes over and when it is back, and audits; asks first
  --yes             agrees to --chaos beforehand
${targetHelp()}

Each line is ok, warning (goes, but read it), failed (with what to do) or - (not looked at, for it needs a failed one).
Exit code: 0 all is well, warnings or not · 1 something failed`

await runCloudScript(async () => {
  const { values } = parseArgs({
    args: scriptArgs(import.meta.url),
    options: {
      help: { type: 'boolean', short: 'h' },
      deployed: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      only: { type: 'string' },
      skip: { type: 'string' },
      runbook: { type: 'string' },
      full: { type: 'boolean', default: false },
      watch: { type: 'boolean', default: false },
      every: { type: 'string' },
      json: { type: 'boolean', default: false },
      junit: { type: 'string' },
      chaos: { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
      ...targetFlags,
    },
  })
  if (values.help) {
    console.log(help)
    return
  }
  const session = sessionFor({
    ...values,
    state: resolve(values.state),
    root: projectRoot(),
    depth: values.full ? 'full' : 'books',
  } satisfies VerifyChoice)
  if (values.chaos) {
    const looking = (['only', 'skip', 'runbook', 'watch', 'junit', 'list'] as const).find(
      flag => values[flag],
    )
    if (looking)
      throw new UserError(`--chaos and --${looking} don't go together: first the one, then the other`)
    await killOne(session, values)
    return
  }
  const { here, elsewhere } =
    values.runbook === undefined ? { here: [], elsewhere: [] } : checksOf(values.runbook, session)
  const checks = session.choose({ only: [...idsIn(values.only), ...here], skip: idsIn(values.skip) })
  if (values.list) {
    const width = Math.max(...checks.map(({ id }) => id.length))
    for (const { id, title, looksAt = title } of checks) console.log(`${id.padEnd(width)}  ${looksAt}`)
    return
  }
  const everyMs = (wholeNumber('--every', values.every) ?? 30) * 1_000
  const screen = createLogUpdate(process.stdout)
  let before: readonly Result[] = []
  do {
    const results = await session.run(checks, values.json || values.watch)
    const state = verdict(results)
    process.exitCode = state === 'failed' ? 1 : 0
    if (values.junit !== undefined) writeJunit(values.junit, session.name, results)
    const next = state === 'failed' ? session.command : `${session.command} --chaos`
    const last = `${closing(results, wordsOf(session, checks.length, elsewhere))}\nNext: ${next}`
    const at = new Date().toISOString()
    if (values.json) {
      console.log(
        JSON.stringify({ at, stack: session.name, state, checks: results, next }, null, values.watch ? 0 : 2),
      )
    } else if (values.watch) {
      const text = `${at.slice(0, 19)}Z\n${renderRound(results, before, layoutOf(checks))}\n${last}\n`
      if (process.stdout.isTTY) screen(text)
      else console.log(text)
    } else console.log(`\n${last}`)
    before = results
    if (values.watch) await sleep(everyMs)
  } while (values.watch)
})

/** @param elsewhere ids of checks that were asked for and are about another kind of stack. */
function wordsOf({ name, choose }: Session, looked: number, elsewhere: readonly string[]) {
  const all = choose({}).length
  const subject =
    looked < all ? `What was looked at of ${name}` : `${name.charAt(0).toUpperCase()}${name.slice(1)}`
  const part = looked < all ? ` (${looked} of ${all} checks)` : ''
  const unseen = elsewhere.length === 0 ? '' : `; ${name} has no ${elsewhere.join(', ')} to look at`
  return {
    well: `${subject} is as it should be${part}`,
    ill: `${subject} is not as it should be${part}`,
    always: `nothing was changed by looking${unseen}`,
  }
}

function writeJunit(path: string, suite: string, results: readonly Result[]): void {
  try {
    writeFileSync(path, toJunit(suite, results))
  } catch (error) {
    throw new UserError(`--junit ${path} can't be written: ${error instanceof Error ? error.message : error}`)
  }
}
