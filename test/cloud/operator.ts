import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { testCredentials, testStack } from '../../ops/lib/cloud/test-context.ts'
import { nodeOptions } from '../../ops/lib/local/child.ts'
import { type StackDescription } from '../../ops/lib/stack/schema.ts'

/** A person at a machine of their own: a folder with keys, a `wikiflow.config.ts`, credentials for one AWS. */
export type Operator = {
  /** Folder of keys and passwords. */
  state: string
  describe(stack: Partial<StackDescription>): void
  /** Runs a script of `ops/` to its end. */
  run(script: string, args?: readonly string[]): Promise<Ran>
  /** Starts a script, so that it can be killed. */
  start(script: string, args?: readonly string[]): { kill(): void; ended: Promise<Ran> }
  leave(): void
}

/** What a run printed, and how it ended; null when it was killed. */
type Ran = { code: number | null; out: string; err: string }

/** Sits an operator down in front of an AWS. */
export function createOperator(endpoint: string, stack: Partial<StackDescription> = {}): Operator {
  const folder = mkdtempSync(join(tmpdir(), 'wikiflow-operator-'))
  const config = join(folder, 'wikiflow.config.ts')
  const state = join(folder, '.wikiflow')
  const describe = (changes: Partial<StackDescription>) =>
    writeFileSync(config, `export const stack = ${JSON.stringify({ ...testStack, ...changes }, null, 2)}\n`)
  describe(stack)
  const start: Operator['start'] = (script, args = []) => {
    const program = fileURLToPath(new URL(`../../ops/${script}`, import.meta.url))
    const { PATH, NODE_COMPILE_CACHE } = process.env
    const child = spawn(
      process.execPath,
      [...nodeOptions, program, '--config', config, '--state', state, ...args],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { PATH, NODE_COMPILE_CACHE, HOME: folder, ...testCredentials, AWS_ENDPOINT_URL: endpoint },
      },
    )
    const ran: Ran = { code: null, out: '', err: '' }
    child.stdout.setEncoding('utf8').on('data', text => {
      ran.out += text
    })
    child.stderr.setEncoding('utf8').on('data', text => {
      ran.err += text
    })
    const ended = new Promise<Ran>(settle => child.once('close', code => settle({ ...ran, code })))
    return { kill: () => child.kill('SIGKILL'), ended }
  }
  return {
    state,
    describe,
    start,
    run: (script, args) => start(script, args).ended,
    leave: () => rmSync(folder, { recursive: true, force: true }),
  }
}
