import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const shared = [
  'ops',
  'runtime',
  'dashboard',
  'compose',
  'package.json',
  'package-lock.json',
  '.dockerignore',
]

/** A newcomer's project: without a description, at a machine without credentials. */
function project(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wikiflow-migrate-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const name of shared) symlinkSync(join(root, name), join(folder, name))
  return folder
}

function migrate(cwd: string, ...args: string[]): Promise<{ code: number; stdout: string }> {
  const env = { PATH: process.env.PATH, HOME: cwd, AWS_EC2_METADATA_DISABLED: 'true' }
  return new Promise(settle => {
    const command = [join(root, 'ops/migrate.ts'), '--state', join(cwd, 'state'), ...args]
    const child = execFile(process.execPath, command, { cwd, env }, (_error, stdout) =>
      settle({ code: child.exitCode ?? -1, stdout }),
    )
  })
}

test('without a description and credentials a newcomer sees ten steps, the bill, and what to do next', async () => {
  const folder = project()
  const { code, stdout } = await migrate(folder, '--json')
  expect(code).toBe(2)
  const { result, steps, bill, closing } = JSON.parse(stdout)
  expect(result).toBe('not asked')
  const states = steps.map(({ id, state }: { id: string; state: string }) => `${id}: ${state}`)
  expect(states).toEqual([
    ...['compose: done', 'stream: to do', 'batch: to do', 'local-test: to do'],
    ...['database: blocked', 'bucket: blocked', 'host: blocked'],
    ...['ship: blocked', 'run: blocked', 'check: blocked'],
  ])
  expect(bill).toMatchObject({ from: 'ops/init.ts', credit: { days: expect.any(Number) } })
  expect(closing).toContain('1 of 10 steps are done, and nothing was changed')
  expect(readdirSync(folder).sort()).toEqual(shared.toSorted())
})

test('a description that is wrong blocks what needs it, with the line, and nothing is guessed', async () => {
  const folder = project()
  writeFileSync(join(folder, 'wikiflow.config.ts'), 'export const stack = { name: "W" }\n')
  const { code, stdout } = await migrate(folder, '--plan')
  expect(code).toBe(2)
  expect(stdout).toMatch(/^! +1 {2}production Compose file {2}wikiflow\.config\.ts:1/m)
  expect(stdout).not.toContain('a month')
})
