/** `npx zx cost/optimise.ts`: the cheapest stacks that still hold the pipeline. */
import { parseArgs } from 'node:util'
import { runScript, scriptArgs, UserError } from '../ops/lib/script.ts'
import { loadStack } from '../ops/lib/stack/load.ts'
import { assumedOf } from './assumptions.ts'
import { whyNotFit } from './needs.ts'
import { planBill } from './plan-bill.ts'
import { cheapestOptions, type Option } from './search.ts'
import { whatIf } from './what-if.ts'

const help = `npx zx cost/optimise.ts [options]      the cheapest three stacks that hold the pipeline, and what they give up

Goes through the host types, numbers of hosts, credit modes and database classes whose price is known in the region,
and keeps those with the memory and the steady CPU that the events need. Changes nothing.

  --events 5000/s        events a second, or a day: 3000000/day (default: the live stream's 37.4/s)
  --retention 30d        how long counts by the minute are kept
  --architecture NAME    x86_64 or arm64 alone
  --json                 as JSON on standard output
  --config FILE          the stack's description (default wikiflow.config.ts)

Exit code: 0 there are some · 2 there is none · 1 a mistake`

await runScript(async () => {
  const { values } = parseArgs({
    args: scriptArgs(import.meta.url),
    options: {
      help: { type: 'boolean', short: 'h' },
      events: { type: 'string' },
      retention: { type: 'string' },
      architecture: { type: 'string' },
      json: { type: 'boolean', default: false },
      config: { type: 'string' },
    },
  })
  if (values.help) {
    console.log(help)
    return
  }
  const stack = await loadStack(values.config)
  const { events, retention } = values
  const assumptions = whatIf(stack, { events, retention })?.assumptions ?? assumedOf(stack)
  const options = cheapestOptions(stack, assumptions, parseArchitecture(values.architecture))
  const today = planBill(stack, assumptions)
  const wanting = whyNotFit(stack, assumptions)
  if (values.json) {
    console.log(JSON.stringify({ today: { bill: today, wanting }, options }, null, 2))
  } else {
    const least = today.unpriced.length > 0 ? 'at least ' : ''
    console.log(`today: ${stack.host.count} × ${stack.host.type}, ${least}$${today.usd.toFixed(2)} a month`)
    for (const why of wanting) console.log(`  doesn't hold ${assumptions.eventsPerSecond} events/s: ${why}`)
    for (const [index, option] of options.entries()) console.log(`\n${describe(option, index + 1)}`)
    console.log(`\n${closing(options, stack.region, assumptions.eventsPerSecond)}`)
  }
  process.exitCode = options.length > 0 ? 0 : 2
})

function parseArchitecture(text: string | undefined): 'x86_64' | 'arm64' | undefined {
  if (text === undefined || text === 'x86_64' || text === 'arm64') return text
  throw new UserError(`--architecture ${JSON.stringify(text)}; allowed: x86_64 or arm64`)
}

function describe({ bill, differenceUsd, changes, givesUp }: Option, number: number): string {
  const sign = differenceUsd < 0 ? '-' : '+'
  return [
    `${number}. $${bill.usd.toFixed(2)} a month (${sign}$${Math.abs(differenceUsd).toFixed(2)}): ${changes.join(', ')}`,
    ...givesUp.map(loss => `   gives up: ${loss}`),
  ].join('\n')
}

function closing(options: readonly Option[], region: string, eventsPerSecond: number): string {
  const [best] = options
  if (!best)
    return `No stack of known price in ${region} holds ${eventsPerSecond} events/s: see the README's table of scale`
  return best.differenceUsd < 0
    ? `$${(-best.differenceUsd).toFixed(2)} a month can be saved: change wikiflow.config.ts, then npx zx ops/provision.ts --plan`
    : 'Nothing that holds the pipeline is cheaper than today.'
}
