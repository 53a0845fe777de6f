import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const ops = fileURLToPath(new URL('.', import.meta.url))
const mine = ['--operator-cidr', '203.0.113.7']

/** A project without a description. */
function project(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wikiflow-init-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  symlinkSync(ops, join(folder, 'ops'))
  return folder
}

function init(
  cwd: string,
  ...args: readonly string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise(settle => {
    const child = execFile(
      process.execPath,
      [join(ops, 'init.ts'), ...args],
      { cwd },
      (_error, stdout, stderr) => settle({ code: child.exitCode ?? -1, stdout, stderr }),
    )
  })
}

const lastLine = ({ stdout }: { stdout: string }) => stdout.trimEnd().split('\n').at(-1)

test('a description is written once; a second run leaves it as it is and says so', async () => {
  const folder = project()
  const first = await init(folder, ...mine, '--name', 'wiki-2', '--region', 'eu-west-1')
  expect(first).toMatchObject({ code: 0, stderr: '' })
  expect(first.stdout).toMatch(
    /^wikiflow\.config\.ts describes the stack wiki-2 in eu-west-1, to be reached by SSH from 203\.0\.113\.7\/32\.\n/,
  )
  expect(lastLine(first)).toBe(
    'Next: set pipeline.contact in it, without which deploy refuses; then npx zx ops/prepare.ts',
  )
  expect(lastLine(await init(project(), ...mine, '--contact', 'me@example.org'))).toBe(
    'Next: npx zx ops/prepare.ts',
  )
  const file = join(folder, 'wikiflow.config.ts')
  expect(readFileSync(file, 'utf8')).toContain("name: 'wiki-2'")
  writeFileSync(file, 'mine')
  const second = await init(folder, ...mine)
  expect(second).toMatchObject({ code: 1, stdout: '' })
  expect(second.stderr).toMatch(
    /^wikiflow\.config\.ts is there already and stays as it is: change it, or move it away/,
  )
  expect(readFileSync(file, 'utf8')).toBe('mine')
})

test('a description is printed without being written', async () => {
  const folder = project()
  const { code, stdout } = await init(
    folder,
    ...mine,
    '--print',
    '--email',
    'me@example.org',
    '--contact',
    'c@example.org',
  )
  expect(code).toBe(0)
  expect(stdout).toContain("cidrs: ['203.0.113.7/32']")
  expect(stdout).toContain("email: 'me@example.org'")
  expect(stdout).toContain("contact: 'c@example.org'")
  expect(existsSync(join(folder, 'wikiflow.config.ts'))).toBe(false)
})

test.each([
  [
    ['--name', 'Wiki_Flow'],
    "--name is 'Wiki_Flow'; allowed: 2 to 20 lower-case letters, digits and single hyphens",
  ],
  [['--region', 'moon'], "--region is 'moon'; allowed: a region such as us-east-1"],
  [
    ['--contact', 'me (you)'],
    "--contact is 'me (you)'; allowed: an e-mail address or an https URL, in ASCII",
  ],
  [['--contact', 'http://example.org'], "--contact is 'http://example.org'; allowed: an e-mail address"],
  [['--email', 'me'], "--email is 'me'; allowed: an e-mail address such as you@example.org"],
  [
    ['--operator-cidr', '0.0.0.0/0'],
    "--operator-cidr is '0.0.0.0/0'; allowed: a network of your own, /8 to /32",
  ],
  [['--force'], "Unknown option '--force'"],
])('%j is refused, and nothing is written', async (args, says) => {
  const folder = project()
  const { code, stderr } = await init(folder, ...mine, ...args)
  expect({ code, says: stderr.slice(0, says.length) }).toEqual({ code: 1, says })
  expect(existsSync(join(folder, 'wikiflow.config.ts'))).toBe(false)
})
