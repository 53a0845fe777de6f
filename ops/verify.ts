/** `npx zx ops/verify.ts`: is all of the stack as it should be? */
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createLogUpdate } from 'log-update'
import { agreed } from './lib/ask.ts'
import { type Result, verdict } from './lib/checks/check.ts'
import { idsIn } from './lib/checks/choose.ts'
import { closing } from './lib/checks/closing.ts'
import { toJunit } from './lib/checks/junit.ts'
import { layoutOf } from './lib/checks/show.ts'
import { killAndWatch, type Moment, momentLine } from './lib/checks/verify/chaos.ts'
import { type Session, sessionFor, type VerifyChoice } from './lib/checks/verify/session.ts'
import { renderRound } from './lib/checks/watch.ts'
import { runCloudScript } from './lib/cloud/script.ts'
import { targetFlags, targetHelp } from './lib/deploy/target-flags.ts'
import { findStep, stepsIn } from './lib/runbook/steps.ts'
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
    await chaos(session, values)
    return
  }
  const only = [
    ...idsIn(values.only),
    ...(values.runbook === undefined ? [] : checksOf(values.runbook, session)),
  ]
  const checks = session.choose({ only, skip: idsIn(values.skip) })
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
    const last = `${closing(results, wordsOf(session))}\nNext: ${next}`
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

function wordsOf({ name }: Session) {
  const subject = `${name.charAt(0).toUpperCase()}${name.slice(1)}`
  return {
    well: `${subject} is as it should be`,
    ill: `${subject} is not as it should be`,
    always: 'nothing was changed by looking',
  }
}

/** Ids of a step's checks, those of this kind of stack. @throws UserError when there are none. */
function checksOf(step: string, session: Session): string[] {
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

function writeJunit(path: string, suite: string, results: readonly Result[]): void {
  try {
    writeFileSync(path, toJunit(suite, results))
  } catch (error) {
    throw new UserError(`--junit ${path} can't be written: ${error instanceof Error ? error.message : error}`)
  }
}

async function chaos(session: Session, { yes, json }: { yes: boolean; json: boolean }): Promise<void> {
  try {
    const pipeline = await session.pipeline()
    const victim = await pipeline.victim()
    const partitions = victim.partitions.join(', ')
    console.error(
      `SIGKILL for ${victim.name}, which counts partitions ${partitions}. What it has not stored is counted again by others.`,
    )
    if (!(await agreed('Kill it?', yes))) {
      console.log('Nothing was killed.')
      return
    }
    let moments: Moment[] = []
    await pipeline.alone('chaos', async signal => {
      const tell = (moment: Moment) => {
        if (!json) console.log(momentLine(moment))
      }
      moments = await killAndWatch(pipeline, victim, { tell, signal })
      return 'done'
    })
    const took = (moments.at(-1)?.afterMs ?? 0) / 1_000
    const next = session.command
    if (json)
      console.log(
        JSON.stringify(
          { stack: session.name, victim: victim.name, partitions: victim.partitions, moments, next },
          null,
          2,
        ),
      )
    else
      console.log(
        `\nA worker was killed, and ${took.toFixed(0)} s later nothing is lost and nothing counted twice.\nNext: ${next}`,
      )
  } finally {
    await session.close()
  }
}
