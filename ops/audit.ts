/** `npx zx ops/audit.ts`: holds log, database and lake of a stack against each other. */
import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { roles } from '../runtime/src/contract.ts'
import { runCloudScript } from './lib/cloud/script.ts'
import { targetFlags, targetHelp } from './lib/deploy/target-flags.ts'
import { nodeOptions } from './lib/local/child.ts'
import { readRun } from './lib/local/run-file.ts'
import { scriptArgs, UserError } from './lib/script.ts'

const help = `npx zx ops/audit.ts [options]      was anything lost, or counted twice?

Takes one moment of the database and holds three independent counts against each other, for every partition: the
records of the log, what was counted in PostgreSQL, and the rows of the lake. The stack may run on meanwhile; nothing
is written.

Without a flag that names hosts, of the stack that ran last on this machine.

  --quick           the books alone: sums, offsets, ranges, checksums of objects; the log is not read
  --json            the report as JSON
  --source-tally URL  compares what a simulator says it sent; of a local stack by itself
  --deployed        of the stack of wikiflow.config.ts; --target and --config mean a deployed one, too
${targetHelp()}

Exit code: 0 conserved · 2 not conserved: the report names table or object, partition, offsets or minute ·
1 couldn't tell: the sentence names what can't be reached`

const program = fileURLToPath(new URL('../runtime/src/audit/main.ts', import.meta.url))

await runCloudScript(async () => {
  const { values } = parseArgs({
    args: scriptArgs(import.meta.url),
    options: {
      help: { type: 'boolean', short: 'h' },
      quick: { type: 'boolean' },
      json: { type: 'boolean' },
      'source-tally': { type: 'string' },
      deployed: { type: 'boolean', default: false },
      ...targetFlags,
    },
  })
  if (values.help) {
    console.log(help)
    return
  }
  const { quick = false, json = false, 'source-tally': tally } = values
  const flags = [...(quick ? ['--quick'] : []), ...(json ? ['--json'] : [])]
  const isDeployed = values.deployed || values.target !== undefined || values.config !== undefined
  if (!isDeployed) {
    process.exitCode = await auditLocal(resolve(values.state), flags, tally)
    return
  }
  // What reaches a deployed stack takes some time to load, which a local audit needn't.
  const { auditDeployed } = await import('./lib/audit/deployed.ts')
  process.exitCode = await auditDeployed(values, [...flags, ...tallyFlag(tally)])
})

function auditLocal(root: string, flags: readonly string[], tally: string | undefined): Promise<number> {
  const run = readRun(root)
  if (!run) {
    throw new UserError(
      `no local stack has run in ${root}: start one with \`npm start\`, or name a deployed one with --deployed or --target FILE`,
    )
  }
  const own = run.source === 'simulate' ? run.sourceTallyUrl : undefined
  return runProgram([...flags, ...tallyFlag(tally ?? own)], {
    KAFKA_BROKERS: run.kafka,
    PGHOST: run.postgres.host,
    PGPORT: String(run.postgres.port),
    PGDATABASE: run.postgres.database,
    PGUSER: roles.reader,
    PGPASSWORD_FILE: run.passwordFiles.reader,
    LAKE_URL: run.lakeUrl,
  })
}

function tallyFlag(url: string | undefined): string[] {
  return url === undefined ? [] : ['--source-tally', url]
}

/** Runs the audit as a process of its own, as it runs beside the services of a deployed stack. */
function runProgram(args: readonly string[], env: Record<string, string>): Promise<number> {
  const child = spawn(process.execPath, [...nodeOptions, program, ...args], {
    stdio: 'inherit',
    env: { ...process.env, PGSSL_CA_FILE: '', ...env },
  })
  return new Promise((settle, reject) => {
    child.once('error', reject)
    // Ended by a signal, it couldn't tell.
    child.once('close', code => settle(code ?? 1))
  })
}
