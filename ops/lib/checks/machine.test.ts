import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { dockerCheck } from './docker.ts'
import { findCommand, runCommand } from './find-command.ts'
import { gitCheck } from './git.ts'
import { nodeCheck } from './node.ts'
import { releaseCheck } from './release.ts'
import { sshCheck } from './ssh.ts'

const quiet = () => {}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'wikiflow-checks-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}

/** A search path that holds these commands alone, each a shell script. */
function onlyCommands(commands: Readonly<Record<string, string>>): string {
  const path = folder()
  for (const [name, script] of Object.entries(commands)) {
    writeFileSync(join(path, name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(path, name), 0o755)
  }
  vi.stubEnv('PATH', path)
  onTestFinished(() => void vi.unstubAllEnvs())
  return path
}

test('a machine without ssh-keygen is told what to install', async () => {
  onlyCommands({ ssh: 'echo "OpenSSH_9.9p1, OpenSSL 3" >&2' })
  expect(await sshCheck.run({}, quiet)).toMatchObject({
    state: 'failed',
    found: 'no ssh-keygen in the search path',
  })
  onlyCommands({ ssh: 'echo "OpenSSH_9.9p1, OpenSSL 3" >&2', 'ssh-keygen': '' })
  expect(await sshCheck.run({}, quiet)).toEqual({ state: 'ok', found: 'OpenSSH_9.9p1' })
})

test('docker is missed, but not needed', async () => {
  onlyCommands({})
  expect(await dockerCheck.run({}, quiet)).toMatchObject({ state: 'warning', found: 'not installed' })
  onlyCommands({ docker: 'echo "permission denied" >&2; exit 1' })
  expect(await dockerCheck.run({}, quiet)).toMatchObject({
    state: 'warning',
    found: "installed, but its daemon doesn't answer (permission denied)",
  })
  onlyCommands({ docker: 'echo 28.2.2' })
  expect(await dockerCheck.run({}, quiet)).toEqual({ state: 'ok', found: '28.2.2' })
})

test("the host's old Node is named, and does not matter", async () => {
  const used = process.versions.node
  onlyCommands({ node: 'echo v18.0.0' })
  expect((await nodeCheck.run({}, quiet)).found).toBe(`${used}; the host's own is 18.0.0, and is not needed`)
  onlyCommands({})
  expect((await nodeCheck.run({}, quiet)).found).toBe(
    `${used}; the host has none of its own, and is not needed`,
  )
  onlyCommands({ node: `echo v${used}` })
  expect((await nodeCheck.run({}, quiet)).found).toBe(used)
})

test('a folder, or a file that can not be run, is no command', () => {
  const path = folder()
  writeFileSync(join(path, 'docker'), '')
  expect(findCommand('docker', undefined, `:${path}`)).toBeUndefined()
  chmodSync(join(path, 'docker'), 0o755)
  expect(findCommand('docker', undefined, `:${path}`)).toBe(join(path, 'docker'))
  mkdirSync(join(path, 'ssh'))
  expect(findCommand('ssh', undefined, path)).toBeUndefined()
  expect(findCommand('docker', /wikiflow-checks-/, path)).toBeUndefined()
})

test('a command that hangs is ended, one that is missing says so', async () => {
  const path = onlyCommands({ hang: 'while :; do :; done' })
  expect((await runCommand(join(path, 'hang'), [], { timeoutMs: 50 })).code).not.toBe(0)
  const { code, stderr } = await runCommand(join(path, 'missing'), [])
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('ENOENT') })
})

test('what is not committed is counted, and a state without a commit is told', async () => {
  const root = folder()
  expect(await gitCheck.run({ root }, quiet)).toMatchObject({
    state: 'warning',
    found: 'no commit to name this state by',
  })
  const git = (...args: string[]) =>
    runCommand('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], { cwd: root })
  await git('init', '-q', '-b', 'main')
  await git('commit', '-q', '--allow-empty', '-m', 'Begin')
  expect(await gitCheck.run({ root }, quiet)).toMatchObject({
    state: 'ok',
    found: expect.stringMatching(/^[0-9a-f]{7,} on main, nothing uncommitted$/),
  })
  writeFileSync(join(root, 'package.json'), '{}')
  expect(await gitCheck.run({ root }, quiet)).toMatchObject({
    state: 'warning',
    found: expect.stringMatching(/^[0-9a-f]{7,} on main, and 1 file not committed$/),
  })
})

test('a project whose packages are not installed is told to install them', async () => {
  const root = folder()
  for (const name of [
    'package.json',
    'package-lock.json',
    '.dockerignore',
    'compose',
    'runtime',
    'dashboard',
  ]) {
    writeFileSync(join(root, name), '')
  }
  expect(await releaseCheck.run({ root }, quiet)).toMatchObject({ state: 'failed', fix: 'npm ci' })
})
