import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { z } from 'zod'
import { type DockerStack, listCommand } from './docker-command.ts'

/** A container of the stack; `trouble` says why it isn't as it should be. */
export type Container = { service: string; trouble?: string }

const containerSchema = z.object({
  Service: z.string(),
  State: z.string(),
  Health: z.string().catch(''),
  ExitCode: z.number().catch(0),
})

const run = promisify(execFile)

/** The stack's containers, none when it was never started. @throws what `docker` says. */
export async function readContainers(stack: DockerStack): Promise<Container[]> {
  const { file, args, env } = listCommand(stack)
  const { stdout } = await run(file, [...args], { env: { ...process.env, ...env } })
  return parseContainers(stdout)
}

/** What `docker compose ps --format json` prints: one object a line. @throws ZodError for anything else. */
export function parseContainers(text: string): Container[] {
  return text
    .split('\n')
    .filter(line => line.trim())
    .map(line => {
      const { Service, State, Health, ExitCode } = containerSchema.parse(JSON.parse(line))
      const trouble = troubleOf(State, Health, ExitCode)
      return { service: Service, ...(trouble !== undefined && { trouble }) }
    })
}

function troubleOf(state: string, health: string, exitCode: number): string | undefined {
  if (state === 'exited') return exitCode === 0 ? undefined : `ended with code ${exitCode}`
  // It waits for another, whose trouble is told.
  if (state === 'created') return
  if (state !== 'running') return `is ${state}`
  return health === 'unhealthy' || health === 'starting'
    ? `is running, but not healthy (${health})`
    : undefined
}
