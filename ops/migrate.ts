/** `npx zx ops/migrate.ts`: the ten steps from one machine to AWS, each probed against reality, and walked. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { agreed } from './lib/ask.ts'
import { runCloudScript } from './lib/cloud/script.ts'
import { targetFlags, targetHelp } from './lib/deploy/target-flags.ts'
import { migrate } from './lib/migrate/migrate.ts'
import { steps } from './lib/migrate/steps.ts'
import { scriptArgs } from './lib/script.ts'
import { projectRoot } from './lib/stack/load.ts'

const list = steps.map(
  ({ id, title }, index) => `  ${String(index + 1).padStart(2)}  ${id.padEnd(12)}${title}`,
)

const help = `npx zx ops/migrate.ts [options]      the migration, in ten steps

Looks at every step, on this machine, on AWS and on the hosts, and shows which are done, what is missing, and what it
all costs a month. Then walks those that are not done, phase by phase, each after its plan and a question. Nothing is
remembered but what is there: killed or failed anywhere, run it again, and it goes on from there.

${list.join('\n')}

  1 to 4 prepare, on this machine alone, and cost nothing · 5 to 7 make the infrastructure · 8 to 10 deploy to it

  --plan            show the steps, what is to be made and what it costs; change nothing
  --yes             agree to each plan
  --only ID[,ID]    these steps alone, by id or number
  --from ID         this step and those after it
  --over-budget     go on although the credit doesn't last 30 days
  --since WHEN      where the source begins while the log is empty: a time such as 2026-11-20T08:00:00Z, or the SSE id
                    up to which an older pipeline has counted
  --json            steps, bill and result as one JSON object on standard output
${targetHelp()}

✓ done   · to do   ! blocked: a person has to mend what it says   ? could not be looked at

Exit code: 0 every step that was meant is done · 1 one failed, is blocked, or was declined · 2 with --plan, or where
nobody can be asked: something is to do`

await runCloudScript(async () => {
  const { values } = parseArgs({
    args: scriptArgs(import.meta.url),
    options: {
      help: { type: 'boolean', short: 'h' },
      plan: { type: 'boolean', default: false },
      yes: { type: 'boolean', short: 'y', default: false },
      only: { type: 'string' },
      from: { type: 'string' },
      'over-budget': { type: 'boolean', default: false },
      since: { type: 'string' },
      json: { type: 'boolean', default: false },
      ...targetFlags,
    },
  })
  if (values.help) {
    console.log(help)
    return
  }
  const { only, from, since, json, plan, yes, target, config } = values
  const outcome = await migrate({
    ...{ root: projectRoot(), json, planOnly: plan, choice: { only, from } },
    destination: { target, config, state: resolve(values.state), 'host-key': values['host-key'], since },
    overBudget: values['over-budget'],
    canAgree: yes || (process.stdin.isTTY && process.stdout.isTTY),
    agree: question => agreed(question, yes),
  })
  const { closing, problem, result } = outcome
  if (json) console.log(JSON.stringify(outcome, null, 2))
  if (problem !== undefined) process.stderr.write(`\n${problem}\n`)
  if (!json) console.log(`\n${closing}`)
  process.exitCode = result === 'done' ? 0 : result === 'planned' || result === 'not asked' ? 2 : 1
})
