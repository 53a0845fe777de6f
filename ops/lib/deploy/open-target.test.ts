import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

/** How many of AWS's modules a module loads with all that it imports. */
const program = `import { registerHooks } from 'node:module'
let loaded = 0
registerHooks({ load: (url, context, next) => {
  if (url.includes('/@aws-sdk/')) loaded++
  return next(url, context)
} })
await import(process.argv[1])
console.log(loaded)`

const loads = (path: string) => {
  const file = fileURLToPath(new URL(path, import.meta.url))
  return Number(
    execFileSync(process.execPath, ['--input-type=module', '--eval', program, file], { encoding: 'utf8' }),
  )
}

test("hosts given by address are worked on without loading AWS's clients, which takes half a second", () => {
  expect(loads('standing-target.ts')).toBeGreaterThan(0)
  for (const path of ['deploy.ts', '../status/status.ts', '../scale/nodes.ts'])
    expect({ path, loads: loads(path) }).toEqual({ path, loads: 0 })
})
