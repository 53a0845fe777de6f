import { join } from 'node:path'
import { UserError } from '../script.ts'
import { ownSocketName, socketFolder } from './control-socket.ts'
import { type Host, type HostAddress, type Ran, type RunOptions } from './host.ts'
import { pinnedKeys } from './host-keys.ts'
import { ended255, remoteCommand } from './remote-command.ts'
import { configPath, persistS } from './ssh-config.ts'
import { connectFailure, lostConnection } from './ssh-failure.ts'
import { runSsh } from './ssh-process.ts'

/** How long a run may take when nothing else is said, in ms. */
const usualMs = 60_000
/** How long to make a connection may take over all jumps, in ms; ssh's own limit is for each. */
const connectMs = 90_000
/** How much longer than here a script may run on the host, which ends it by itself only when the operator is lost. */
const graceS = 30

/**
 * Opens a host by its name in an ssh_config file. The first run makes the connection, which the following share; one that
 * has broken is made anew by the next run. What a run does on the host ends with it: by Ctrl-C, a time-out, or because
 * this process is gone.
 * @param options.configFile as `sshConfig` writes it.
 */
export function openHost(address: HostAddress, { configFile }: { configFile: string }): Host {
  const { name } = address
  const socket = configPath('the control socket', join(socketFolder(), ownSocketName(address)))
  const shared = ['-F', configFile, '-o', `ControlPath=${socket}`]
  let connecting: Promise<void> | undefined
  let closed = false

  async function connect(): Promise<void> {
    const stop = AbortSignal.timeout(connectMs)
    if ((await runSsh([...shared, '-O', 'check', name], { stop })).code === 0) return
    const master = ['-o', 'ControlMaster=auto', '-o', `ControlPersist=${persistS}`, '-f', '-N', name]
    const made = await runSsh([...shared, ...master], { stop, detaches: true }).catch(timedOut(stop))
    if (made.code !== 0) throw await whyNot(configFile, address, made.stderr)
  }

  const connected = () => {
    connecting ??= connect().finally(() => {
      connecting = undefined
    })
    return connecting
  }

  async function run(script: string, args: readonly string[] = [], options: RunOptions = {}): Promise<Ran> {
    if (closed) throw new TypeError(`${name} is closed`)
    const { timeoutMs = usualMs, signal, ...streams } = options
    const command = remoteCommand(script, args, Math.ceil(timeoutMs / 1_000) + graceS)
    const late = new AbortController()
    const stop = AbortSignal.any([late.signal, ...(signal ? [signal] : [])])
    stop.throwIfAborted()
    const timer = setTimeout(() => late.abort(tooLong(name, timeoutMs)), timeoutMs)
    try {
      await untilStopped(connected(), stop)
      const ran = await runSsh([...shared, '-o', 'ControlMaster=no', name, command], { ...streams, stop })
      if (ran.code !== 255) return ran
      if (!ran.stderr.endsWith(`${ended255}\n`)) throw lostConnection(ran.stderr, address)
      return { ...ran, stderr: ran.stderr.slice(0, -ended255.length - 1) }
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    address,
    run,
    close: async () => {
      closed = true
      await connecting?.catch(() => {})
      await runSsh([...shared, '-O', 'exit', name], { stop: AbortSignal.timeout(10_000) }).catch(() => {})
    },
  }
}

/** Why a host can't be reached: by ssh's words, or by those of the host on the way to it that can't be reached. */
async function whyNot(configFile: string, to: HostAddress, said: string): Promise<UserError> {
  const { jump } = to
  if (!jump) return connectFailure(said, to, keyName => pinnedNow(said, keyName))
  // A connection that others will share is silent about the way to it.
  const stop = AbortSignal.timeout(connectMs)
  const probe = ['-F', configFile, '-o', 'ControlPath=none', jump.name, 'exit']
  const { code, stderr } = await runSsh(probe, { stop }).catch(timedOut(stop))
  if (code !== 255) return connectFailure(said, to, keyName => pinnedNow(said, keyName))
  const failure = await whyNot(configFile, jump, stderr)
  return new UserError(`on the way to ${to.name}: ${failure.message}`, { cause: failure })
}

/** A run that was given up for its time, as ssh itself tells of it. */
function timedOut(stop: AbortSignal): (error: unknown) => Ran {
  return error => {
    if (!stop.aborted) throw error
    return { code: 255, stdout: '', stderr: 'Connection timed out' }
  }
}

function tooLong(name: string, ms: number): UserError {
  return new UserError(`${name} wasn't done after ${Math.round(ms / 1_000)} s: what ran there was ended`)
}

/** The promise, or the signal's reason when that comes first. */
function untilStopped<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((settle, reject) => {
    const stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    promise.then(settle, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}

/** What is pinned, by the file that ssh names. */
function pinnedNow(said: string, keyName: string): readonly string[] {
  const file = /Add correct host key in (.+) to get rid/.exec(said)?.[1]
  return file === undefined ? [] : pinnedKeys(file, keyName)
}
