import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { installSsh } from '../checks/ssh.ts'
import { UserError } from '../script.ts'
import { frames } from './frames.ts'
import { type Ran, type RunOptions } from './host.ts'
import { killAfterS } from './remote-command.ts'

/** What is left to a run after it is given up: what it does on the host is ended within `killAfterS`. */
const patienceMs = (killAfterS + 2) * 1_000

type SshOptions = Omit<RunOptions, 'signal' | 'timeoutMs'> & {
  /** Ends the run. */
  stop: AbortSignal
  /** It ends with another process left behind, which keeps the connection. */
  detaches?: boolean
}

/**
 * Runs ssh to its end, its input cut into frames. Given up by `stop`, its connection's input ends, which ends what runs on
 * the host; only then it returns, or after twelve seconds.
 * @throws the reason of `stop`; what the stream of its input or output fails with; UserError where there is no ssh.
 */
export async function runSsh(
  args: readonly string[],
  { stdin = '', stdout, onLine, stop, detaches = false }: SshOptions,
): Promise<Ran> {
  // A group of its own: Ctrl-C is ours to act on, for what it leaves behind has to be cleared away over ssh.
  const child = spawn('ssh', args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true })
  const failed = new AbortController()
  const givenUp = AbortSignal.any([stop, failed.signal])
  const ended = new AbortController()
  const onGivenUp = () => giveUp(child, ended.signal)
  givenUp.addEventListener('abort', onGivenUp, { once: true })
  if (givenUp.aborted) onGivenUp()
  const fail = (error: unknown) => failed.abort(error)
  const end = ended.signal

  feed(stdin, child.stdin, end).catch(error => end.aborted || fail(error))
  const output = stdout
    ? pipeline(child.stdout, stdout, { end: false }).then(() => '', fail)
    : textOf(child.stdout)
  const errors = textOf(child.stderr)
  if (onLine) {
    for (const stream of stdout ? [child.stderr] : [child.stdout, child.stderr]) {
      createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', onLine)
    }
  }
  try {
    const code = await codeOf(child, detaches)
    ended.abort()
    const ran = { code, stdout: (await output) ?? '', stderr: await errors }
    givenUp.throwIfAborted()
    return ran
  } finally {
    ended.abort()
    givenUp.removeEventListener('abort', onGivenUp)
  }
}

/** 255, which is ssh's own for a connection that failed, when a signal ended it. */
function codeOf(child: ChildProcessWithoutNullStreams, detaches: boolean): Promise<number> {
  return new Promise((settle, reject) => {
    child.once('exit', code => {
      if (detaches && code === 0) closeOutput(child)
    })
    child.once('error', error => {
      const missing = 'code' in error && error.code === 'ENOENT'
      reject(missing ? new UserError(`ssh is not on this machine: ${installSsh}`) : error)
    })
    child.once('close', code => settle(code ?? 255))
  })
}

/** Ends what runs on the host by the end of its input, and kills ssh when that takes too long. */
function giveUp(child: ChildProcessWithoutNullStreams, ended: AbortSignal): void {
  child.stdin.destroy()
  const timer = setTimeout(() => {
    child.kill('SIGKILL')
    closeOutput(child)
  }, patienceMs)
  ended.addEventListener('abort', () => clearTimeout(timer), { once: true })
}

/** Another process, which keeps the connection, may hold the other ends open. */
function closeOutput({ stdout, stderr }: ChildProcessWithoutNullStreams): void {
  stdout.destroy()
  stderr.destroy()
}

/** All that a stream gives until it ends, or is closed. */
function textOf(stream: Readable): Promise<string> {
  const chunks: Buffer[] = []
  stream.on('data', chunk => chunks.push(chunk))
  return new Promise(settle => stream.once('close', () => settle(Buffer.concat(chunks).toString())))
}

/** Writes input in frames and leaves the stream open. @throws what the source fails with. */
async function feed(
  stdin: string | Uint8Array | Readable,
  into: Writable,
  ended: AbortSignal,
): Promise<void> {
  const gone = () => {}
  into.on('error', gone)
  const source =
    stdin instanceof Readable ? stdin : Readable.from(stdin.length > 0 ? [Buffer.from(stdin)] : [])
  ended.addEventListener('abort', () => source.destroy(), { once: true })
  for await (const frame of frames(source)) {
    if (into.destroyed) return
    // A script may end without having read it all: that is no failure of its own.
    if (!into.write(frame)) await once(into, 'drain', { signal: ended }).catch(gone)
  }
}
