import { spawn } from 'node:child_process'
import { UserError } from '../script.ts'
import {
  type Command,
  type DockerStack,
  downCommands,
  logsCommand,
  resetCommand,
  upCommand,
} from './docker-command.ts'
import { readContainers } from './docker-containers.ts'
import { assertDocker } from './docker-engine.ts'
import { assertPortsFree } from './ports.ts'

/**
 * Builds the image, starts the stack of containers on this machine, and returns once it serves.
 * @throws UserError for a Docker that can't be used, a taken port, and services that don't become healthy.
 */
export async function startDocker(stack: DockerStack): Promise<void> {
  await assertDocker()
  // A stack that runs holds its ports itself.
  if ((await readContainers(stack)).length === 0) await assertPortsFree(stack.ports)
  if ((await run(upCommand(stack))) === 0) return
  const failing = (await readContainers(stack)).filter(({ trouble }) => trouble !== undefined)
  if (failing.length > 0)
    await run(
      logsCommand(
        stack,
        failing.map(({ service }) => service),
      ),
    )
  throw new UserError(
    failing.length > 0
      ? `the stack isn't up: ${failing.map(({ service, trouble }) => `${service} ${trouble}`).join(', ')}. Its last lines stand above`
      : "the stack isn't up: Docker Compose's own words stand above",
  )
}

/** Stops the containers; their data stays. @throws UserError when Docker can't. */
export async function stopDocker(stack: DockerStack): Promise<void> {
  await assertDocker()
  for (const command of downCommands(stack)) {
    if ((await run(command)) !== 0) throw new UserError("not all was stopped: Docker's own words stand above")
  }
}

/** Removes the containers and their data. @throws UserError when Docker can't. */
export async function resetDocker(stack: DockerStack): Promise<void> {
  await assertDocker()
  if ((await run(resetCommand(stack))) !== 0)
    throw new UserError("not all was removed: Docker's own words stand above")
}

/** Docker's own progress goes to the terminal as it is. */
function run({ file, args, env }: Command): Promise<number> {
  const child = spawn(file, args, { stdio: 'inherit', env: { ...process.env, ...env } })
  return new Promise((settle, reject) => {
    child.once('error', reject)
    child.once('close', code => settle(code ?? 1))
  })
}
