import { parseArgs } from 'node:util'
import { agreed } from '../ask.ts'
import { naming } from '../deploy/target-flags.ts'
import { scriptArgs, stateFolder } from '../script.ts'
import { type Context } from './context.ts'
import { type OpenStack, openStack, toStand } from './open.ts'
import { type Outcome } from './plan-and-apply.ts'
import { planJson } from './render.ts'
import { switchPower } from './switch-power.ts'

/** What `ops/pause.ts` and `ops/resume.ts` differ in. */
export type PowerScript = {
  help: string
  power: Context['power']
  /** Waits for what follows for the pipeline, and says what is true of it. @throws UserError when it doesn't follow. */
  pipeline?(open: OpenStack, outcome: Outcome): Promise<string>
  /** The last lines, by what came of it. */
  closing(outcome: Outcome, open: OpenStack, pipeline: string | undefined): string
}

/** The body of both scripts. */
export async function changePower(moduleUrl: string, script: PowerScript): Promise<void> {
  const { values } = parseArgs({
    args: scriptArgs(moduleUrl),
    options: {
      help: { type: 'boolean', short: 'h' },
      plan: { type: 'boolean', default: false },
      yes: { type: 'boolean', short: 'y', default: false },
      json: { type: 'boolean', default: false },
      config: { type: 'string' },
      state: { type: 'string', default: stateFolder },
    },
  })
  if (values.help) {
    console.log(script.help)
    return
  }
  const open = await openStack(values, { ...toStand, power: script.power })
  const outcome = await switchPower(open, script.power, {
    planOnly: values.plan,
    json: values.json,
    agree: () => agreed('Carry out this plan?', values.yes),
  })
  const { result, problems, plan } = outcome
  const isPowered = result === 'done' || result === 'nothing to do'
  const pipeline = isPowered ? await script.pipeline?.(open, outcome) : undefined
  if (values.json) {
    const json = { plan: planJson(plan, open), result, problems, ...(pipeline && { pipeline }) }
    console.log(JSON.stringify(json, null, 2))
  } else {
    for (const problem of problems) console.error(problem)
    console.log(naming(`\n${script.closing(outcome, open, pipeline)}`, values))
  }
  process.exitCode = result === 'planned' ? 2 : isPowered ? 0 : 1
}
