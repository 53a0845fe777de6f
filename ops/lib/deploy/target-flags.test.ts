import { expect, test } from 'vitest'
import { stateFolder } from '../script.ts'
import { deployedFlagsAgain, flagsAgain, nextCommand } from './target-flags.ts'

const usual = { state: stateFolder }

test('the stack of wikiflow.config.ts needs no flags; where the local one is meant otherwise, one', () => {
  expect(flagsAgain(usual)).toEqual([])
  expect(deployedFlagsAgain(usual)).toEqual(['--deployed'])
  expect(nextCommand('status.ts', usual)).toBe('npx zx ops/status.ts')
})

test('hosts in a file, another description and another folder are named again, as a shell reads them', () => {
  const meant = { target: "it's $HOME.json", config: 'b.ts', state: '/a b' }
  const flags = `--target 'it'\\''s $HOME.json' --config 'b.ts' --state '/a b'`
  expect(nextCommand('deploy.ts', meant)).toBe(`npx zx ops/deploy.ts ${flags}`)
  expect(deployedFlagsAgain(meant).join(' ')).toBe(flags)
})
