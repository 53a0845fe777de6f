/** `npm start`: the whole pipeline on this machine, under one supervisor, until Ctrl-C. */
import { existsSync, rmSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { question } from 'zx'
import { sources } from '../runtime/src/contract.ts'
import { defaultSeed, runLocal } from './lib/local/local.ts'
import { lockState } from './lib/local/state-dir.ts'
import { runScript, scriptArgs, UserError } from './lib/script.ts'

const help = `npm start -- [options]      the whole pipeline on this machine, until Ctrl-C

  --source live             Wikimedia's stream; needs WIKIFLOW_CONTACT, an e-mail or page that says who reads it
  --source simulate         a simulated stream, labelled SIMULATED everywhere
  --source replay FILE      events from a file: NDJSON or raw SSE, also as .gz
                            default: live, or simulate when Wikimedia can't be reached within 5 s
  --rate N                  events a second of the simulator (default 37.4, as measured live) or the replay (default: all it can)
  --seed TEXT               seed of the simulator: the same seed gives the same events (default wikiflow)
  --events N                the simulator stops after so many
  --fault NAME=VALUE        a fault of the simulator, such as duplicate.rate=0.01, cutEvery=500 or
                            poison.broken_json.rate=0.001; may be given several times
  --workers N               processing workers, 1 to 12 (default 3)
  --dashboard-port N        default 3000
  --kafka-port N            default 19092
  --postgres-port N         default 15432
  --state DIR               where all data lives (default .wikiflow)
  --reset                   asks, then clears that folder; --yes clears without asking

The services' own settings, such as LAKE_ROTATE_S=300, are read from the environment.
While it runs: npx zx ops/audit.ts holds log, database and lake against each other.`

await runScript(async () => {
  const { values, positionals } = parseArgs({
    args: scriptArgs(import.meta.url),
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      source: { type: 'string' },
      rate: { type: 'string' },
      seed: { type: 'string', default: defaultSeed },
      events: { type: 'string' },
      fault: { type: 'string', multiple: true, default: [] },
      workers: { type: 'string', default: '3' },
      'dashboard-port': { type: 'string', default: '3000' },
      'kafka-port': { type: 'string', default: '19092' },
      'postgres-port': { type: 'string', default: '15432' },
      state: { type: 'string', default: fileURLToPath(new URL('../.wikiflow', import.meta.url)) },
      reset: { type: 'boolean' },
      yes: { type: 'boolean' },
    },
  })
  const root = resolve(values.state)
  if (values.help) console.log(help)
  else if (values.reset) await reset(root, values.yes ?? false)
  else {
    const source = oneOf('--source', values.source, sources)
    const file = replayFile(source, positionals)
    await runLocal({
      root,
      source,
      file,
      rate: values.rate === undefined ? undefined : number('--rate', values.rate, 0.1, 100_000),
      seed: values.seed,
      events: values.events === undefined ? undefined : integer('--events', values.events, 1, 1_000_000_000),
      faults: values.fault,
      workers: integer('--workers', values.workers, 1, 12),
      ports: {
        dashboard: integer('--dashboard-port', values['dashboard-port'], 1, 65_535),
        kafka: integer('--kafka-port', values['kafka-port'], 1, 65_535),
        postgres: integer('--postgres-port', values['postgres-port'], 1, 65_535),
      },
    })
  }
})

function replayFile(source: string | undefined, positionals: readonly string[]): string | undefined {
  const [file, ...more] = positionals
  if (source !== 'replay') {
    if (file) throw new UserError(`what is "${file}"? A file goes with --source replay; see --help`)
    return undefined
  }
  if (!file) throw new UserError('--source replay needs the file: npm start -- --source replay FILE')
  if (more.length > 0) throw new UserError(`--source replay takes one file, not ${positionals.length}`)
  const stat = statSync(file, { throwIfNoEntry: false })
  if (!stat) throw new UserError(`${file} does not exist: give a file of NDJSON or raw SSE`)
  if (!stat.isFile()) throw new UserError(`${file} is not a file: give a file of NDJSON or raw SSE`)
  return resolve(file)
}

async function reset(root: string, yes: boolean): Promise<void> {
  if (!existsSync(root)) {
    console.log(`${root} does not exist: nothing to clear. Next: npm start`)
    return
  }
  if (!yes && !process.stdin.isTTY) {
    throw new UserError(`clearing ${root} needs a terminal to ask on: add --yes to clear it without asking`)
  }
  lockState(root)()
  const answer = yes ? 'yes' : await question(`Clear ${root}, with its log, database and lake? Type yes: `)
  if (answer.trim() !== 'yes') {
    console.log('nothing was cleared')
    return
  }
  rmSync(root, { recursive: true, force: true })
  console.log(`${root} is cleared. Next: npm start`)
}

function oneOf<T extends string>(
  flag: string,
  value: string | undefined,
  allowed: readonly T[],
): T | undefined {
  const found = allowed.find(one => one === value)
  if (value !== undefined && !found) {
    throw new UserError(`${flag} is "${value}"; allowed: ${allowed.join(', ')}`)
  }
  return found
}

function number(flag: string, value: string, min: number, max: number): number {
  const parsed = Number(value)
  if (value.trim() && parsed >= min && parsed <= max) return parsed
  throw new UserError(`${flag} is "${value}"; allowed: a number from ${min} to ${max}`)
}

function integer(flag: string, value: string, min: number, max: number): number {
  const parsed = number(flag, value, min, max)
  if (Number.isInteger(parsed)) return parsed
  throw new UserError(`${flag} is "${value}"; allowed: a whole number from ${min} to ${max}`)
}
