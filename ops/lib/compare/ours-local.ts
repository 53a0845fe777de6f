import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { roles } from '../../../runtime/src/contract.ts'
import { flagsAgain } from '../deploy/target-flags.ts'
import { nodeOptions } from '../local/child.ts'
import { readRun } from '../local/run-file.ts'
import { UserError } from '../script.ts'
import { countsFailure, countsProgram, eachLine, type Ours, oursOf } from './ours.ts'

/**
 * Our counts of the stack that ran last on this machine; it must run, for its database does.
 * @throws UserError when none has run here.
 */
export function localOurs(state: string): Ours {
  const run = readRun(state)
  if (!run) {
    throw new UserError(
      `no local stack has run in ${state}: start one with \`npm start\`, or name a deployed one with --deployed or --target FILE`,
    )
  }
  const env = {
    PGHOST: run.postgres.host,
    PGPORT: String(run.postgres.port),
    PGDATABASE: run.postgres.database,
    PGUSER: roles.reader,
    PGPASSWORD_FILE: run.passwordFiles.reader,
    PGSSL_CA_FILE: '',
  }
  const source = `the local stack in ${state} (${run.source})`
  return oursOf({ source, isDeployed: false, flags: flagsAgain({ state }) }, (args, onLine) =>
    runHere(args, env, onLine),
  )
}

async function runHere(
  args: readonly string[],
  env: Record<string, string>,
  onLine: (line: string) => void,
): Promise<void> {
  const path = fileURLToPath(new URL(`../../../${countsProgram}`, import.meta.url))
  const child = spawn(process.execPath, [...nodeOptions, path, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  let said = ''
  child.stderr.on('data', chunk => {
    said = (said + chunk).slice(-4_000)
  })
  const ended = new Promise<number | null>((settle, reject) => {
    child.once('error', reject)
    child.once('close', settle)
  })
  await eachLine(child.stdout, onLine)
  const code = await ended
  if (code !== 0) throw countsFailure(said, code)
}
