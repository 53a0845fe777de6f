import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { pinGiven } from './given-host-keys.ts'

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReVdnpNgM1ylpqXGSSbeXYb1WBV2vQP'
const other = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHqZJtPJBp/ltwi/ykH2SEHpX90obvqz2+F9iB7QNGUa'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wikiflow-given-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const target = () => ({
  hosts: [
    { name: 'host-1', user: 'ec2-user', address: '198.51.100.7', port: 22, keyName: 'i-0abc' },
  ] as const,
  pinnedKeys: join(folder, 'known_hosts'),
})

test.each([
  'ssh-ed25519 AAAA',
  `host-2 ${key}`,
  `host-1 ${key.slice(0, 30)}`,
  'host-1',
  '',
  `host-1\n${key}\u0000`,
])('what is no key of a host of the target is refused: %j', given => {
  expect(() => pinGiven(target(), [given])).toThrow(/^--host-key is .*; allowed: a host \(host-1\)/s)
})

test('a given key is pinned under the instance, and another one is refused from then on', () => {
  pinGiven(target(), [`host-1 ${key} root@ip-10-0-0-5`])
  expect(readFileSync(target().pinnedKeys, 'utf8')).toBe(`i-0abc ${key}\n`)
  expect(() => pinGiven(target(), [`host-1 ${other}`])).toThrow(/another key than the one that is pinned/)
})
