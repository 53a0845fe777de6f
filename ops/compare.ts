/** `npx zx ops/compare.ts`: holds the counts of an older pipeline against ours. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { runCloudScript } from './lib/cloud/script.ts'
import { compareWith } from './lib/compare/compare-with.ts'
import { readPlace } from './lib/compare/old-url.ts'
import { localOurs } from './lib/compare/ours-local.ts'
import { renderReport } from './lib/compare/render.ts'
import { readMinute } from './lib/compare/within.ts'
import { targetFlags, targetHelp } from './lib/deploy/target-flags.ts'
import { scriptArgs } from './lib/script.ts'

const help = `npx zx ops/compare.ts --old WHERE [options]      the old pipeline's counts against ours

Reads the counts of the pipeline that is to be left, by whatever windows it has, and holds them against ours for the
same time. Explains what it can by evidence: another time zone, a part of the events, processing time, late events
dropped, counts repeated or lost at a restart. Shows the rest as unexplained. Writes nothing anywhere.

  --old WHERE       postgres://USER@HOST:PORT/DATABASE, or a CSV file with a header. A password comes as PGPASSWORD, in
                    PGPASSFILE, or is asked for; a whole URL with one, as the variable OLD_DATABASE_URL
  --table NAME      the table, where several could be it; and its columns, where their names don't tell:
  --time COLUMN     the beginning of a window, or the time of an event
  --count COLUMN    its count
  --events          each row is one event; so it is without a column of counts, too
  --wiki COLUMN, --type COLUMN, --bot COLUMN      what else a row is counted by
  --from TIME       compare from here on, such as 2026-11-20T08:00:00Z (default: all that both have)
  --to TIME         and up to here
  --json            the result as JSON
  --deployed        ours is the stack of wikiflow.config.ts; --target and --config mean a deployed one, too. Without
                    them ours is the stack that runs on this machine
${targetHelp()}

Exit code: 0 no difference, or an explained one: the switch can be made · 2 not explained · 1 couldn't compare`

await runCloudScript(async () => {
  const { values } = parseArgs({
    args: scriptArgs(import.meta.url),
    options: {
      help: { type: 'boolean', short: 'h' },
      old: { type: 'string' },
      table: { type: 'string' },
      time: { type: 'string' },
      count: { type: 'string' },
      events: { type: 'boolean' },
      wiki: { type: 'string' },
      type: { type: 'string' },
      bot: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
      json: { type: 'boolean', default: false },
      deployed: { type: 'boolean', default: false },
      ...targetFlags,
    },
  })
  if (values.help) {
    console.log(help)
    return
  }
  const question = {
    place: readPlace(values.old, process.env.OLD_DATABASE_URL),
    columns: values,
    fromMs: readMinute('--from', values.from),
    toMs: readMinute('--to', values.to),
  }
  const isDeployed = values.deployed || values.target !== undefined || values.config !== undefined
  // What reaches a deployed stack takes some time to load, which a local one needn't.
  const report = isDeployed
    ? await (await import('./lib/compare/compare-deployed.ts')).compareDeployed(values, question)
    : await compareWith(localOurs(resolve(values.state)), question)
  console.log(values.json ? JSON.stringify(report, null, 2) : renderReport(report))
  process.exitCode = report.verdict === 'unexplained' ? 2 : 0
})
