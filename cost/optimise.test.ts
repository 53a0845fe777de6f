import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testStack } from '../ops/lib/cloud/test-context.ts'

const script = fileURLToPath(new URL('optimise.ts', import.meta.url))
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wikiflow-optimise-'))
  await writeFile(join(folder, 'stack.ts'), `export const stack = ${JSON.stringify(testStack)}\n`)
})
afterAll(async () => rm(folder, { recursive: true, force: true }))

function optimise(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise(settle => {
    execFile(process.execPath, [script, '--config', join(folder, 'stack.ts'), ...args], (error, out, err) =>
      settle({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    )
  })
}

test('it names three stacks, what each gives up, and what can be saved', async () => {
  const { code, out } = await optimise()
  expect(code).toBe(0)
  expect(out).toMatch(
    /^today: 1 × t3\.medium, \$51\.10 a month\n\n1\. \$45\.26 a month \(-\$5\.84\): host\.type t4g\.medium/,
  )
  expect(out.match(/^\d\. /gm)).toHaveLength(3)
  expect(out).toContain('gives up: ')
  expect(out).toMatch(/\$5\.84 a month can be saved: .*provision\.ts --plan\n$/)
})

test('more events than any priced host holds: there is none, and 2', async () => {
  const { code, out } = await optimise('--events', '100000/s')
  expect(code).toBe(2)
  expect(out).toContain("doesn't hold 100000 events/s")
})

test('an unknown architecture is a sentence', async () => {
  expect(await optimise('--architecture', 'riscv')).toEqual({
    code: 1,
    out: '',
    err: '--architecture "riscv"; allowed: x86_64 or arm64\n',
  })
})
