import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { stackDeploy, stackInput } from './stack-command.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wikiflow-stack-command-'))
  // In docker's place: what it was called with, what it was told, and what the files hold that it would read.
  writeFileSync(
    join(folder, 'docker'),
    `#!/bin/sh
printf '%s\\n' "$@" > called
printf %s "$HOSTILE" > hostile
cat "$SECRETS/owner-password" > secret
stat -c %a "$SECRETS" > mode
cat < /dev/stdin > stdin
echo "$SECRETS" > where
exit \${FAIL:-0}
`,
  )
  chmodSync(join(folder, 'docker'), 0o755)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function run(input: string, args: readonly string[], fail = 0) {
  execFileSync('sh', ['-c', stackDeploy, 'wikiflow', ...args], {
    input,
    cwd: folder,
    env: { PATH: `${folder}:${process.env.PATH}`, FAIL: String(fail) },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
}
const said = (name: string) => readFileSync(join(folder, name), 'utf8')
const stack = `unit${process.pid}`
const left = () => readdirSync('/dev/shm').filter(name => name.startsWith(`wikiflow-${stack}.`))

test.runIf(process.platform === 'linux').each([
  `'; touch hacked; '`,
  '$(touch hacked)`touch hacked`',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: what a shell would replace
  'line\nbreak "quoted" \\ $HOME ${PATH} $$ # no comment',
  "it's\t–  שלום !! %s",
])('a hostile value arrives as it is, and so does a secret: %j', hostile => {
  run(stackInput({ variables: { HOSTILE: hostile }, files: { 'owner-password': hostile } }), [
    ...[stack, 'keep', '1.yml'],
  ])
  expect(said('hostile')).toBe(hostile)
  expect(said('secret')).toBe(hostile)
  expect(readdirSync(folder)).not.toContain('hacked')
})

test.runIf(process.platform === 'linux')('all is read from memory, and nothing stays there', () => {
  const files = { 'owner-password': 'x', '1.yml': 'services: {}', '2.yml': 'services: {}' }
  run(stackInput({ variables: { HOSTILE: '' }, files }), [stack, 'prune', '1.yml', '2.yml'])
  const where = said('where').trim()
  expect(said('called').trimEnd().split('\n')).toEqual([
    ...['stack', 'deploy', '--resolve-image', 'never', '--prune'],
    ...['--compose-file', `${where}/1.yml`, '--compose-file', `${where}/2.yml`, stack],
  ])
  expect(said('mode').trim()).toBe('700')
  expect(said('stdin')).toBe('')
  expect(left()).toEqual([])
})

test.runIf(process.platform === 'linux')('a failed deploy fails, and leaves nothing in memory either', () => {
  const input = stackInput({ variables: { HOSTILE: '' }, files: { 'owner-password': 'x' } })
  expect(() => run(input, [stack, 'keep', '1.yml'], 3)).toThrow()
  expect(left()).toEqual([])
})

test.each(['PATH; touch x', 'lower', ''])('%j is no name of a variable', name => {
  expect(() => stackInput({ variables: { [name]: '' }, files: {} })).toThrow(RangeError)
})

test.each(['../up', 'a b', '-rf', ''])('%j is no name of a file', name => {
  expect(() => stackInput({ variables: {}, files: { [name]: '' } })).toThrow(RangeError)
})
