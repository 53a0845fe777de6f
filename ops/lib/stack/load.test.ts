import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testStack as description } from '../cloud/test-context.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const head = "import { defineStack } from './ops/lib/stack/schema.ts'\n\n"
const whole = `${head}export const stack = defineStack(${JSON.stringify(description, null, 2)})\n`

/** Files of a project, by the case that they stand for, and what loading each must say. */
const cases: Record<string, { source: string | Buffer | undefined; says: RegExp }> = {
  whole: { source: whole, says: /^t3\.medium$/ },
  typed: { source: `type Name = string\n${whole}`, says: /^t3\.medium$/ },
  missing: { source: undefined, says: /^no missing\.ts: make one with `npx zx ops\/init\.ts`$/ },
  empty: { source: '', says: /^empty\.ts must `export const stack = .*`: it exports nothing of that name$/ },
  'default-export': {
    source: 'export default { name: 1 }',
    says: /must `export const stack = .*`: it has a default export instead$/,
  },
  commonjs: { source: 'module.exports = { stack: {} }', says: /it exports nothing of that name$/ },
  'a-function': {
    source: '\nexport const stack = () => ({})',
    says: /^a-function\.ts:2 {2}stack is a function; allowed: an object with name, region/,
  },
  cyclic: {
    source: `const host = {}\nhost.host = host\nexport const stack = {\n  host,\n}`,
    says: /cyclic\.ts:4 {2}host\.host isn't a field/,
  },
  throws: {
    source: '\n\nthrow new Error("no\\nluck")\nexport const stack = {}',
    says: /^throws\.ts:3 {2}throws when it is read: no luck$/,
  },
  'throws-text': {
    source: 'throw "no luck"',
    says: /^throws-text\.ts {2}throws when it is read: 'no luck'$/,
  },
  'getter-throws': {
    source: 'export const stack = { get name() { throw new Error("later") } }',
    says: /^getter-throws\.ts describes a stack that can't be read: later$/,
  },
  'bad-syntax': {
    source: `${head}export const stack = defineStack({\n  name: 'a',\n  region: ,\n})`,
    says: /^bad-syntax\.ts:5 {2}syntax error: Expression expected$/,
  },
  enumerated: { source: 'enum A { B }', says: /^enumerated\.ts:1 {2}syntax error: TypeScript enum/ },
  'imports-secret': {
    source: "import key from './key.pem'\nexport const stack = key",
    says: /^imports-secret\.ts {2}imports what can't be loaded: .*secrets have no place in it$/,
  },
  'imports-json': {
    source: "import key from './package.json'\nexport const stack = key",
    says: /^imports-json\.ts.* {2}imports what can't be loaded: /,
  },
  binary: {
    source: Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 0xff, 0xfe]),
    says: /^binary\.ts.* syntax error/,
  },
  huge: { source: `// ${'x'.repeat(2 * 1024 * 1024)}`, says: /^huge\.ts has \d+ bytes; allowed: 1048576\./ },
  'two-mistakes': {
    source: whole.replace('"count": 1', '"count": 0').replace('"region": "us-east-1"', '"region": "moon"'),
    says: /^two-mistakes\.ts:5 {2}region is 'moon'; allowed: .*\ntwo-mistakes\.ts:8 {2}host\.count is 0; allowed: a whole number from 1 to 9$/,
  },
  'byte-order-mark': { source: `\ufeff${whole}`, says: /^t3\.medium$/ },
}

let folder: string
let said: Record<string, string>

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wikiflow-load-'))
  symlinkSync(join(root, 'ops'), join(folder, 'ops'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  mkdirSync(join(folder, 'folder.ts'))
  for (const [name, { source }] of Object.entries(cases)) {
    if (source !== undefined) writeFileSync(join(folder, `${name}.ts`), source)
  }
  said = await load([...Object.keys(cases), 'folder'])
})

afterAll(() => rmSync(folder, { recursive: true }))

/** Loads files as Node itself does: vitest would read their TypeScript in its own way. */
async function load(names: readonly string[]): Promise<Record<string, string>> {
  const program = `
    import { loadStack } from ${JSON.stringify(join(root, 'ops/lib/stack/load.ts'))}
    const said = {}
    for (const name of ${JSON.stringify(names)}) {
      said[name] = await loadStack(name + '.ts').then(stack => stack.host.type, error => error.name === 'UserError' ? error.message : error.stack)
    }
    console.log(JSON.stringify(said))`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: folder,
  })
  return JSON.parse(stdout)
}

test.each(Object.entries(cases))('a description that is %s is told in a sentence', (name, { says }) => {
  expect(said[name]).toMatch(says)
})

test('a folder of that name is no description', () => {
  expect(said.folder).toBe("folder.ts is a folder, not a stack's description")
})
