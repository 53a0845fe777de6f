/** `npx zx cost/report.ts`: the bill line by line, how long the credit lasts, and why. */
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { agreed } from '../ops/lib/ask.ts'
import { runCloudScript } from '../ops/lib/cloud/script.ts'
import { scriptArgs, stateFolder, UserError } from '../ops/lib/script.ts'
import { loadStack } from '../ops/lib/stack/load.ts'
import { composeReport } from './compose.ts'
import { hasCredentials } from './credentials.ts'
import { creditLeft, parseCreditFlags } from './credit-flags.ts'
import { planBill } from './plan-bill.ts'
import { renderCsv } from './render/csv.ts'
import { renderMarkdown } from './render/markdown.ts'
import { renderText } from './render/text.ts'
import { type Answers, type Talk, type Wanted } from './sources.ts'
import { whatIf, whatIfHelp, whatIfOptions } from './what-if.ts'

const help = `npx zx cost/report.ts [options]      what the stack costs a month, and how long the credit lasts

Each line has its quantity, its price, and where and when that was read. Changes nothing.

From where; several stand side by side, with the differences explained:
  --plan            wikiflow.config.ts, no account needed (always; alone without credentials)
  --live            what runs now, found by its tags (without --plan, with credentials)
  --actual          what AWS billed, before credits: Cost Explorer asks $0.01 and is asked once a day; --yes agrees

The credit is what AWS says, else budget.creditUsd of wikiflow.config.ts, or:
  --credit USD      what was given
  --since DATE      when: what was spent since then is taken off

As what; text otherwise:
  --json  --markdown  --csv        on standard output
  --html FILE                      a page with charts, for printing too

What if; beside what is planned, and the credit is held against it:
${whatIfHelp}

  --config FILE     the stack's description (default wikiflow.config.ts)
  --state DIR       where this machine's files are kept (default .wikiflow)

Examples
  npx zx cost/report.ts --plan --credit 100 --since 2026-10-01
  npx zx cost/report.ts --live --actual --html bill.html
  npx zx cost/report.ts --host t4g.medium --nodes 3 --rotate 600 --events 5000/s --retention 30d

Exit code: 0 the credit lasts 30 days at least · 2 it doesn't · 1 couldn't tell: a price isn't known, or a mistake`

const exitCodes = { fits: 0, "doesn't fit": 2, "couldn't tell": 1 } as const

await runCloudScript(async () => {
  const { values } = parseArgs({
    args: scriptArgs(import.meta.url),
    options: {
      help: { type: 'boolean', short: 'h' },
      plan: { type: 'boolean', default: false },
      live: { type: 'boolean', default: false },
      actual: { type: 'boolean', default: false },
      yes: { type: 'boolean', short: 'y', default: false },
      credit: { type: 'string' },
      since: { type: 'string' },
      json: { type: 'boolean', default: false },
      markdown: { type: 'boolean', default: false },
      csv: { type: 'boolean', default: false },
      html: { type: 'string' },
      config: { type: 'string' },
      state: { type: 'string', default: stateFolder },
      ...whatIfOptions,
    },
  })
  if (values.help) {
    console.log(help)
    return
  }
  const { json, markdown, csv, html } = values
  if ([json, markdown, csv].filter(Boolean).length > 1) {
    throw new UserError('--json, --markdown and --csv all write to standard output: give one of them')
  }
  const now = new Date()
  const flags = Object.fromEntries(
    Object.keys(whatIfOptions).map(flag => [flag, values[flag as keyof typeof whatIfOptions]]),
  )
  const given = parseCreditFlags(values, now)
  const stack = await loadStack(values.config)
  const asked = whatIf(stack, flags)

  const chosen = values.plan || values.live || values.actual
  const reachable = chosen ? values.live || values.actual : hasCredentials()
  const wanted: Wanted = {
    live: chosen ? values.live : reachable,
    actual: values.actual,
    credit: reachable && given === undefined,
    since: given?.since,
  }
  const talk: Talk = {
    agree: question => agreed(question, values.yes),
    say: sentence => console.error(sentence),
  }
  const answers: Answers = reachable
    ? // AWS's clients take a second to load: not for the plan alone.
      await (await import('./sources.ts')).readSources({ stack, state: values.state }, wanted, talk, now)
    : { unavailable: [] }
  const credit = given
    ? creditLeft(given, { planned: planBill(stack), ...answers }, now)
    : (answers.credit ?? { remainingUsd: stack.budget.creditUsd, source: 'config' as const })
  const report = composeReport({ stack, whatIf: asked, ...answers, credit }, now)

  if (html !== undefined) await writeFile(html, await (await import('./render/html.ts')).renderHtml(report))
  if (json) console.log(JSON.stringify(report, null, 2))
  else if (markdown) console.log(renderMarkdown(report))
  else if (csv) process.stdout.write(renderCsv(report))
  else console.log(renderText(report, lookAt(process.stdout, now)))
  process.exitCode = exitCodes[report.verdict]
})

/** Coloured on a terminal alone, in lines of 80 to 120 characters. */
function lookAt(out: NodeJS.WriteStream, now: Date): Parameters<typeof renderText>[1] {
  return {
    color: out.isTTY && !process.env.NO_COLOR,
    columns: Math.min(120, Math.max(80, out.columns ?? 100)),
    now,
  }
}
