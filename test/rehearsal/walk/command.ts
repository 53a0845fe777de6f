import { spawn } from 'node:child_process'
import { join } from 'node:path'

/** A user's command that runs. */
export type Running = {
  /** All that it has printed so far, errors as well. */
  said(): string
  /** Over when it has printed what matches. @throws Error with all it printed, when it ends without. */
  until(pattern: RegExp): Promise<void>
  /** Ctrl-C in its terminal: every process of it hears. */
  interrupt(): void
  /** SIGKILL, to the script alone: what it started for itself isn't told. */
  kill(): void
  readonly ended: Promise<Ended>
}

/** How a user's command ended. */
export type Ended = {
  /** 128 and the signal's number when one ended it, as in a shell. */
  code: number
  /** Standard output and errors as they came, without colours. */
  said: string
  stdout: string
  ms: number
}

export type CommandOptions = {
  /** Is given what the command prints. */
  onText?: (text: string) => void
  /** Beside the environment of the tests. */
  env?: Readonly<Record<string, string>>
}

/** Starts `npx zx ops/<script>` in a project's folder, without a terminal. */
export function startCommand(
  folder: string,
  script: string,
  args: readonly string[],
  { onText = () => {}, env = {} }: CommandOptions = {},
): Running {
  const zx = join(folder, 'node_modules/.bin/zx')
  return watched([zx, `ops/${script}`, ...args], folder, { onText, env })
}

/** Starts a line of a shell in a project's folder, as a user types it, without a terminal. */
export function startLine(folder: string, line: string, options: CommandOptions = {}): Running {
  return watched(['bash', '-c', line], folder, options)
}

function watched(
  [program = '', ...args]: readonly string[],
  folder: string,
  { onText = () => {}, env = {} }: CommandOptions,
): Running {
  const since = Date.now()
  const child = spawn(program, args, {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env, NO_COLOR: '1', NODE_OPTIONS: '' },
  })
  let said = ''
  let stdout = ''
  const watching = new Set<() => void>()
  const onOutput = (text: string) => {
    said += text
    onText(text)
    for (const look of watching) look()
  }
  child.stdout.setEncoding('utf8').on('data', text => (stdout += text))
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', onOutput)
  const ended = new Promise<Ended>((settle, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      const bySignal = signal === 'SIGKILL' ? 137 : 130
      settle({ code: code ?? bySignal, said, stdout, ms: Date.now() - since })
    })
  })
  return {
    said: () => said,
    until: pattern =>
      new Promise((settle, reject) => {
        const look = () => {
          if (!pattern.test(said)) return
          watching.delete(look)
          settle()
        }
        watching.add(look)
        look()
        const tooEarly = () => pattern.test(said) || reject(new Error(`it ended before ${pattern}:\n${said}`))
        ended.then(tooEarly, reject)
      }),
    interrupt: () => child.pid !== undefined && process.kill(-child.pid, 'SIGINT'),
    kill: () => void child.kill('SIGKILL'),
    ended,
  }
}
