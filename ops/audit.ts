/** `npx zx ops/audit.ts`: holds log, database and lake of the local stack against each other. */
import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { roles } from '../runtime/src/contract.ts'
import { nodeOptions } from './lib/local/child.ts'
import { readRun } from './lib/local/run-file.ts'
import { runScript, scriptArgs, UserError } from './lib/script.ts'

const help = `npx zx ops/audit.ts [options]      was anything lost, or counted twice?

Takes one moment of the database and holds three independent counts against each other, for every partition: the
records of the log, what was counted in PostgreSQL, and the rows of the lake. The stack may run on meanwhile; nothing
is written.

  --quick                   the books alone: sums, offsets, ranges, checksums of objects; the log is not read
  --json                    the report as JSON
  --state DIR               where the stack's data lives (default .wikiflow)

Exit code: 0 conserved · 2 not conserved: the report names table or object, partition, offsets or minute ·
1 couldn't tell: the sentence names what can't be reached`

const program = fileURLToPath(new URL('../runtime/src/audit/main.ts', import.meta.url))

await runScript(async () => {
  const { values } = parseArgs({
    args: scriptArgs(import.meta.url),
    options: {
      help: { type: 'boolean', short: 'h' },
      quick: { type: 'boolean' },
      json: { type: 'boolean' },
      state: { type: 'string', default: fileURLToPath(new URL('../.wikiflow', import.meta.url)) },
    },
  })
  if (values.help) {
    console.log(help)
    return
  }
  const root = resolve(values.state)
  const run = readRun(root)
  if (!run) throw new UserError(`no local stack has run in ${root}: start one with \`npm start\``)
  const args = [
    ...(values.quick ? ['--quick'] : []),
    ...(values.json ? ['--json'] : []),
    ...(run.sourceTallyUrl !== undefined && run.source === 'simulate'
      ? ['--source-tally', run.sourceTallyUrl]
      : []),
  ]
  process.exitCode = await runProgram(args, {
    KAFKA_BROKERS: run.kafka,
    PGHOST: run.postgres.host,
    PGPORT: String(run.postgres.port),
    PGDATABASE: run.postgres.database,
    PGUSER: roles.reader,
    PGPASSWORD_FILE: run.passwordFiles.reader,
    LAKE_URL: run.lakeUrl,
  })
})

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
