import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { freePort } from './free-port.ts'

const run = promisify(execFile)
const venv = fileURLToPath(new URL('../../.cache/moto', import.meta.url))
const server = join(venv, 'bin', 'moto_server')

/** moto, AWS's services as a local server. It keeps all in memory and checks no signature. */
export type Moto = { url: string; stop(): Promise<void> }

/** Installs it from PyPI into a virtual environment of its own, unless it is there. @throws when there is no python3. */
export async function installMoto(): Promise<void> {
  await access(server).catch(install)
}

/**
 * Starts moto on a free port of loopback; the first time installs it.
 * @throws when there is no python3, or the server does not answer within 30 s.
 */
export async function startMoto(): Promise<Moto> {
  await installMoto()
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const child = spawn(server, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' })
  const ended = once(child, 'exit')
  const deadline = Date.now() + 30_000
  while (!(await answers(url))) {
    if (Date.now() > deadline || child.exitCode !== null) {
      child.kill('SIGKILL')
      throw new Error(`moto_server did not answer on ${url} (exit code ${child.exitCode})`)
    }
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  return {
    url,
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}

async function install(): Promise<void> {
  await run('python3', ['-m', 'venv', venv])
  await run(join(venv, 'bin', 'pip'), ['install', '--quiet', 'moto[server]==5.2.1'])
}

async function answers(url: string): Promise<boolean> {
  return fetch(`${url}/moto-api/`).then(
    response => response.ok,
    () => false,
  )
}
