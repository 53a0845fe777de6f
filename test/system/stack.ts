import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { type Run, readRun } from '../../ops/lib/local/run-file.ts'
import { roles } from '../../runtime/src/contract.ts'
import { freePort } from '../engines/free-port.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))

/** `npm start` as a user has it, in a state folder and on ports of its own. */
export type Stack = {
  root: string
  /** Starts it with the given flags, in a process group of its own; the output is kept. */
  start(flags: readonly string[], env?: NodeJS.ProcessEnv): ChildProcess
  output(): string
  run(): Run
  /** Asks the database as the dashboard's role. */
  query<Row>(sql: string): Promise<Row[]>
  /** Waits until the question has the answer; an unreachable database is no answer yet. */
  until<Row>(sql: string, isAnswer: (rows: Row[]) => boolean, timeoutMs?: number): Promise<Row[]>
  /** Ctrl-C, as a terminal gives it. @returns exit code and ms until all had ended. */
  interrupt(): Promise<{ code: number | null; ms: number }>
  /** `npx zx ops/audit.ts --json`. */
  audit(): Promise<{ code: number | null; report: string }>
  /** Kills what still runs and removes the folder. */
  remove(): Promise<void>
}

/** Makes a stack; nothing is started yet. */
export async function createStack(): Promise<Stack> {
  const root = mkdtempSync(join(tmpdir(), 'wikiflow-stack-'))
  // PostgreSQL's own user must be able to enter when the tests run as root.
  if (process.getuid?.() === 0) spawn('chmod', ['755', root])
  const ports = [
    ['--dashboard-port', String(await freePort())],
    ['--kafka-port', String(await freePort())],
    ['--postgres-port', String(await freePort())],
  ].flat()
  let output = ''
  let child: ChildProcess | undefined
  const exited = (process: ChildProcess) =>
    new Promise<number | null>(resolve => {
      if (process.exitCode !== null || process.signalCode !== null) resolve(process.exitCode)
      else process.once('exit', code => resolve(code))
    })
  const run = () => {
    const found = readRun(root)
    if (!found) throw new Error(`no run file in ${root}; the stack said:\n${output}`)
    return found
  }
  const query = async <Row>(sql: string): Promise<Row[]> => {
    const { postgres, passwordFiles } = run()
    const password = readFileSync(passwordFiles.reader, 'utf8')
    const client = new Client({ ...postgres, user: roles.reader, password, connectionTimeoutMillis: 2_000 })
    client.on('error', () => {})
    try {
      await client.connect()
      return (await client.query(sql)).rows as Row[]
    } finally {
      await client.end().catch(() => {})
    }
  }
  return {
    root,
    output: () => output,
    run,
    query,
    start: (flags, env = {}) => {
      child = spawn(
        join(project, 'node_modules/.bin/zx'),
        ['ops/start.ts', '--state', root, ...ports, ...flags],
        { cwd: project, detached: true, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
      )
      for (const stream of [child.stdout, child.stderr]) stream?.on('data', chunk => (output += chunk))
      return child
    },
    until: async <Row>(sql: string, isAnswer: (rows: Row[]) => boolean, timeoutMs = 60_000) => {
      const deadline = Date.now() + timeoutMs
      let last: unknown = 'no answer'
      while (Date.now() < deadline) {
        try {
          const rows = await query<Row>(sql)
          if (isAnswer(rows)) return rows
          last = JSON.stringify(rows)
        } catch (error) {
          last = error
        }
        await sleep(200)
      }
      throw new Error(`waited ${timeoutMs} ms for: ${sql}\nlast answer: ${last}\nthe stack said:\n${output}`)
    },
    interrupt: async () => {
      if (!child?.pid) throw new Error('not started')
      const since = Date.now()
      // A terminal sends the signal to the whole group.
      process.kill(-child.pid, 'SIGINT')
      const code = await exited(child)
      return { code, ms: Date.now() - since }
    },
    audit: async () => {
      const audit = spawn(
        join(project, 'node_modules/.bin/zx'),
        ['ops/audit.ts', '--state', root, '--json'],
        { cwd: project, stdio: ['ignore', 'pipe', 'pipe'] },
      )
      let report = ''
      audit.stdout.on('data', chunk => (report += chunk))
      audit.stderr.on('data', chunk => (output += chunk))
      return { code: await exited(audit), report }
    },
    remove: async () => {
      if (child?.pid && child.exitCode === null) {
        process.kill(-child.pid, 'SIGTERM')
        await exited(child)
      }
      rmSync(root, { recursive: true, force: true })
    },
  }
}
