import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { fingerprint } from '../cloud/ssh-key.ts'
import { hostKeyIn } from './host-key.ts'
import { givenKeys, pinKeys, pinnedKeys } from './host-keys.ts'

const one = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHu8LoqOZ57wshUkT3RYtJFwMTUJcf6PUNfK4o1tuic0'
const other = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
const keygen = 'ssh-keygen'
const names = ['198.51.100.7', '[198.51.100.7]:2222']

function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wikiflow-keys-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return join(folder, 'stack', 'known_hosts')
}

test('every type of key that ssh-keygen makes for a host is one, and a short RSA key isn’t', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wikiflow-keys-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [type, bits] of [
    ['ed25519', '256'],
    ['ecdsa', '256'],
    ['ecdsa', '384'],
    ['ecdsa', '521'],
    ['rsa', '1024'],
  ] as const) {
    const file = join(folder, `${type}-${bits}`)
    execFileSync(keygen, ['-q', '-t', type, '-b', bits, '-N', '', '-C', 'a comment', '-f', file])
    const line = readFileSync(`${file}.pub`, 'utf8')
    const key = line.split(' ').slice(0, 2).join(' ')
    expect([type, bits, hostKeyIn(line)]).toEqual([type, bits, bits === '1024' ? undefined : key])
  }
  const field = (bytes: Buffer) =>
    Buffer.concat([Buffer.from([0, 0, bytes.length >> 8, bytes.length & 255]), bytes])
  const modulus = Buffer.concat([Buffer.from([0, 0x80]), randomBytes(255)])
  const rsa = Buffer.concat([Buffer.from('ssh-rsa'), Buffer.from([1, 0, 1]), modulus].map(field))
  expect(hostKeyIn(`ssh-rsa ${rsa.toString('base64')} comment`)).toBe(`ssh-rsa ${rsa.toString('base64')}`)
})

test('a key is given as a line, as a .pub file, or in a known_hosts file that names the host', () => {
  expect(givenKeys(one, 'hostKey', names)).toEqual([one])
  expect(givenKeys(`  ${one} root@host\r\n`, 'key.pub', names)).toEqual([one])
  expect(givenKeys(`# mine\nexample.org ${other}\n198.51.100.7,a ${one}\n`, 'known_hosts', names)).toEqual([
    one,
  ])
  expect(givenKeys(`[198.51.100.7]:2222 ${one}`, 'known_hosts', names)).toEqual([one])
})

test('a known_hosts file with hashed names is read as ssh reads it', () => {
  const file = newFile()
  pinKeys(file, '198.51.100.7', [one])
  execFileSync(keygen, ['-q', '-H', '-f', file], { stdio: 'ignore' })
  const text = readFileSync(file, 'utf8')
  expect(text).toMatch(/^\|1\|/)
  expect(givenKeys(text, file, names)).toEqual([one])
  expect(() => givenKeys(text, file, ['198.51.100.8'])).toThrow('holds no key of 198.51.100.8')
})

test.each([
  ['another host’s key', `example.org ${other}`, 'holds no key of 198.51.100.7 or [198.51.100.7]:2222'],
  ['a fingerprint', 'SHA256:sfbJVcuIli2i+7N8KL4aJ3MmB/YDNJsxxJDjxF+16h0', 'holds no key'],
  ['a private key', '-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl', 'holds no key'],
  ['half a key', one.slice(0, 40), 'holds no key'],
  ['a revoked key', `@revoked 198.51.100.7 ${one}`, 'has a line with @revoked'],
  ['a certificate authority', `@cert-authority 198.51.100.7 ${one}`, 'has a line with @cert-authority'],
])('what pins nothing is refused, by its file’s name: %s', (_what, text, sentence) => {
  expect(() => givenKeys(text, 'my-keys', names)).toThrow(`my-keys ${sentence}`)
})

test('a pinned key stands in a file for this user alone, beside those of others', () => {
  const file = newFile()
  expect(pinKeys(file, 'i-1', [one])).toBe('new')
  expect(pinKeys(file, 'i-2', [other, one])).toBe('new')
  expect(pinKeys(file, 'i-1', [one])).toBe('same')
  expect(readFileSync(file, 'utf8')).toBe(`i-1 ${one}\n${['i-2 ', other].join('')}\ni-2 ${one}\n`)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(statSync(join(file, '..')).mode & 0o777).toBe(0o700)
  expect(pinnedKeys(file, 'i-2')).toEqual([other, one])
  expect(pinnedKeys(file, 'i-3')).toEqual([])
})

test('another key in a pinned one’s place is refused with both fingerprints, unless that is meant', () => {
  const file = newFile()
  pinKeys(file, 'i-1', [one])
  pinKeys(file, 'i-2', [one])
  expect(() => pinKeys(file, 'i-1', [other])).toThrow(
    `i-1 has another key than the one that is pinned: ${fingerprint(other)} instead of ${fingerprint(one)}`,
  )
  // One known key doesn't vouch for another.
  expect(() => pinKeys(file, 'i-1', [one, other])).toThrow('another key')
  expect(pinnedKeys(file, 'i-1')).toEqual([one])
  expect(pinKeys(file, 'i-1', [one, other], { replace: true })).toBe('replaced')
  expect(pinKeys(file, 'i-1', [other], { replace: true })).toBe('replaced')
  expect(pinKeys(file, 'i-1', [other], { replace: true })).toBe('same')
  expect(pinnedKeys(file, 'i-1')).toEqual([other])
  expect(pinnedKeys(file, 'i-2')).toEqual([one])
})

test.each([
  ['no key', 'i-1', []],
  ['a line of several', 'i-1', [`${one}\ni-2 ${other}`]],
  ['a comment', 'i-1', [`${one} comment`]],
  ['a pattern as a name', '*', [one]],
  ['two names', 'i-1,i-2', [one]],
  ['a mark as a name', '@revoked', [one]],
])('what would make another line of the file is never written: %s', (_what, name, keys) => {
  const file = newFile()
  expect(() => pinKeys(file, name, keys)).toThrow(TypeError)
  expect(pinnedKeys(file, 'i-2')).toEqual([])
})

test('lines that a person added to the file stay', () => {
  const file = newFile()
  pinKeys(file, 'i-1', [one])
  writeFileSync(file, `# by hand\n${readFileSync(file, 'utf8')}gate ${other}\n`)
  pinKeys(file, 'i-2', [one])
  expect(readFileSync(file, 'utf8')).toBe(`# by hand\ni-1 ${one}\ngate ${other}\ni-2 ${one}\n`)
})
