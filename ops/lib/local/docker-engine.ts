import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { UserError } from '../script.ts'

/** The first release of Docker Compose that knows `!override`. */
const leastCompose = [2, 24, 4] as const

const run = promisify(execFile)

/**
 * Sees to it that Docker can be used from here.
 * @throws UserError that says what is missing, and where it comes from.
 */
export async function assertDocker(): Promise<void> {
  const engine = await said(['version', '--format', '{{.Server.Version}}'])
  const problem = engineProblem(engine)
  if (problem) throw new UserError(problem)
  const compose = composeProblem(await said(['compose', 'version', '--short']))
  if (compose) throw new UserError(compose)
}

/** How a `docker` command ended: `missing` when there is none. */
export type Said = { ok: boolean; missing: boolean; text: string }

const instead = '`npm start` runs the pipeline without Docker'

/** Why the engine can't be used, by what `docker version` said; undefined when it can. */
export function engineProblem({ ok, missing, text }: Said): string | undefined {
  if (missing)
    return `there is no \`docker\` on this machine: install Docker (https://docs.docker.com/get-docker); ${instead}`
  if (ok) return undefined
  if (/permission denied/i.test(text)) {
    return `this user may not use Docker's engine: add it to the group docker and log in again; ${instead}`
  }
  return `Docker's engine doesn't answer (${firstLine(text)}): start Docker; ${instead}`
}

/** Why Docker Compose can't be used, by what `docker compose version --short` said; undefined when it can. */
export function composeProblem({ ok, text }: Said): string | undefined {
  const least = leastCompose.join('.')
  const hint = `install the plugin docker-compose-plugin, ${least} or newer; ${instead}`
  if (!ok) return `Docker has no \`docker compose\` here: ${hint}`
  const found = /^v?(\d+)\.(\d+)\.(\d+)/.exec(text.trim())?.slice(1).map(Number)
  if (!found) return `\`docker compose version\` says ${JSON.stringify(firstLine(text))}: ${hint}`
  return isOlder(found, leastCompose) ? `Docker Compose is ${text.trim()}: ${hint}` : undefined
}

function isOlder(found: readonly number[], least: readonly number[]): boolean {
  const differs = least.findIndex((part, index) => found[index] !== part)
  return differs >= 0 && (found[differs] ?? 0) < (least[differs] ?? 0)
}

const firstLine = (text: string) => text.trim().split('\n')[0] ?? ''

async function said(args: readonly string[]): Promise<Said> {
  try {
    const { stdout } = await run('docker', [...args], { timeout: 15_000 })
    return { ok: true, missing: false, text: stdout }
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    const text = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error)
    return { ok: false, missing, text: text || 'it took longer than 15 s' }
  }
}
