import { expect, test } from 'vitest'
import { scriptArgs } from './script.ts'

const url = 'file:///srv/wikiflow/ops/start.ts'

test('an account number with a leading zero stays text, whether zx or node runs the script', () => {
  const flags = ['--account', '012345678901']
  expect(scriptArgs(url, ['node', '/srv/wikiflow/node_modules/.bin/zx', 'ops/start.ts', ...flags])).toEqual(
    flags,
  )
  expect(scriptArgs(url, ['node', '/srv/wikiflow/ops/start.ts', ...flags])).toEqual(flags)
})

test('a replayed file of the same name as the script is still an argument', () => {
  expect(scriptArgs(url, ['node', 'zx', 'ops/start.ts', 'replay', 'start.ts'])).toEqual([
    'replay',
    'start.ts',
  ])
})
