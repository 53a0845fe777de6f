import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { stateFolder } from '../script.ts'
import { deployedFlagsAgain, flagsAgain, meantBy, naming, nextCommand } from './target-flags.ts'

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

test('commands in a sentence mean the stack that was meant, as far as they take its flags', () => {
  const hosts = { target: 'h.json', state: stateFolder }
  expect(naming('npx zx ops/logs.ts worker shows it, npx zx ops/status.ts why', hosts)).toBe(
    "npx zx ops/logs.ts --target 'h.json' worker shows it, npx zx ops/status.ts --target 'h.json' why",
  )
  expect(naming('npx zx ops/provision.ts, then npx zx ops/audit.ts', hosts)).toBe(
    "npx zx ops/provision.ts, then npx zx ops/audit.ts --target 'h.json'",
  )
  const described = { config: 'b.ts', state: stateFolder }
  expect(naming('npx zx ops/provision.ts\nnpx zx ops/init.ts', described)).toBe(
    "npx zx ops/provision.ts --config 'b.ts'\nnpx zx ops/init.ts",
  )
})

test('a command that names its stack is left as it is, and so is the local stack’s own', () => {
  const hosts = { target: 'h.json', state: stateFolder }
  const named = `Next: ${nextCommand('restore.ts a.tar.gz', hosts)}`
  expect(naming(named, hosts)).toBe(named)
  expect(naming(`npx zx ops/deploy.ts; ${named}`, hosts)).toBe(
    `npx zx ops/deploy.ts --target 'h.json'; ${named}`,
  )
  expect(naming('npx zx ops/audit.ts', { state: '/a' })).toBe('npx zx ops/audit.ts')
  expect(naming('npx zx ops/deploy.ts', usual)).toBe('npx zx ops/deploy.ts')
})

test('which stack was meant stands in a script’s arguments, among whatever else', () => {
  const args = ['ops/restore.ts', 'a.tar.gz', '--force', '--target', 'h.json', '--workers=4', '--state=/a']
  expect(meantBy(args)).toEqual({ target: 'h.json', config: undefined, state: '/a' })
  expect(meantBy(['--target'])).toEqual({ target: undefined, config: undefined, state: stateFolder })
})

test('the scripts that take a stack’s flags are those that are told them', () => {
  const folder = new URL('../../', import.meta.url)
  const scripts = readdirSync(folder).filter(name => name.endsWith('.ts'))
  const taking = scripts.filter(name => /targetFlags,/.test(readFileSync(new URL(name, folder), 'utf8')))
  expect(taking.length).toBeGreaterThan(10)
  for (const script of scripts) {
    const told = naming(`npx zx ops/${script}`, { target: 'h.json', state: stateFolder })
    expect(told.includes('--target'), script).toBe(taking.includes(script))
  }
})
