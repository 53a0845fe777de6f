import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type HostAddress } from './host.ts'
import { sshConfig } from './ssh-config.ts'

const gate: HostAddress = {
  name: 'gate',
  user: 'an',
  address: '203.0.113.7',
  port: 2222,
  keyName: 'gate-key',
}
const host: HostAddress = {
  name: 'host-1',
  user: 'ec2-user',
  address: '198.51.100.7',
  port: 22,
  identity: '/home/an/my keys/100%/ssh-key',
  keyName: 'i-0123456789abcdef0',
}
const settings = { pinnedKeys: '/home/an/my keys/known_hosts', sockets: '/tmp/s' }

/** What ssh makes of a file: `ssh -G`. */
function readBySsh(text: string, name: string): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'wikiflow-config-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'ssh_config')
  writeFileSync(file, text)
  const said = execFileSync('ssh', ['-G', '-F', file, name], { encoding: 'utf8' })
  return Object.fromEntries(
    said.split('\n').map(line => [line.split(' ')[0], line.split(' ').slice(1).join(' ')]),
  )
}

test('ssh reads the file as it is meant, paths with spaces and percent signs too', () => {
  const read = readBySsh(sshConfig([{ ...host, jump: gate }], settings), 'host-1')
  expect(read).toMatchObject({
    hostname: '198.51.100.7',
    user: 'ec2-user',
    port: '22',
    hostkeyalias: 'i-0123456789abcdef0',
    identitiesonly: 'yes',
    proxyjump: 'gate',
    userknownhostsfile: '/home/an/my keys/known_hosts',
    stricthostkeychecking: 'true',
    updatehostkeys: 'false',
    batchmode: 'yes',
    forwardagent: 'no',
    controlmaster: 'auto',
    requesttty: 'false',
    serveralivecountmax: '3',
  })
  expect(read.identityfile?.replace('%%', '%')).toBe(host.identity)
})

test('a jump host has a part of its own, and nothing of the user’s own keys is tried where one is given', () => {
  const read = readBySsh(sshConfig([{ ...host, jump: gate }], settings), 'gate')
  expect(read).toMatchObject({
    hostname: '203.0.113.7',
    port: '2222',
    hostkeyalias: 'gate-key',
    identitiesonly: 'no',
  })
})

test('hosts that differ in nothing but the name of their key share no connection', () => {
  const first = readBySsh(sshConfig([host], settings), 'host-1').controlpath
  const second = readBySsh(sshConfig([{ ...host, keyName: 'i-2' }], settings), 'host-1').controlpath
  expect(first).toMatch(/^\/tmp\/s\/[0-9a-f]{12}$/)
  expect(second).not.toBe(first)
})

test.each<[Partial<HostAddress>, string]>([
  [{ address: '-oProxyCommand=id' }, 'the address of host "host-1" is "-oProxyCommand=id"'],
  [{ address: 'host\nProxyCommand id' }, 'the address of host'],
  [{ address: '' }, 'the address of host'],
  [{ address: 'a b' }, "allowed is an IP address or a host's name"],
  [{ address: '%h' }, 'the address of host'],
  [{ user: 'an\nLocalCommand id' }, 'the user of host'],
  [{ user: '-l' }, 'the user of host'],
  [{ user: '$(id)' }, 'the user of host'],
  [{ name: '*' }, 'the name of a host is "*"'],
  [{ name: '-F' }, 'the name of a host'],
  [{ name: 'a b' }, 'the name of a host'],
  [{ keyName: 'a,b' }, 'the key name of host'],
  [{ keyName: '*' }, 'the key name of host'],
  [{ port: 0 }, 'the port of host "host-1" is 0'],
  [{ port: 65_536 }, 'a whole number from 1 to 65535'],
  [{ port: Number.NaN }, 'the port of host'],
  [{ identity: '/a"b' }, 'the identity of host "host-1" is "/a\\"b"'],
  [{ identity: '/a\nb' }, 'the identity of host'],
  [{ identity: `/\${HOME}/key` }, 'the identity of host'],
  [{ identity: '~/.ssh/id_ed25519' }, 'takes an absolute path'],
  [{ jump: { ...gate, user: 'a b' } }, 'the user of host "gate"'],
  [{ jump: { ...gate, name: 'host-1' } }, 'two hosts are named host-1'],
])('a value that can’t stand in the file is refused by name: %o', (changes, sentence) => {
  expect(() => sshConfig([{ ...host, ...changes }], settings)).toThrow(sentence)
})

test('an IPv6 address with its zone is taken', () => {
  const read = readBySsh(sshConfig([{ ...host, address: 'fe80::1%eth0' }], settings), 'host-1')
  expect(read.hostname).toBe('fe80::1%eth0')
})
