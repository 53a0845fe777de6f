import fc from 'fast-check'
import { expect, test } from 'vitest'
import { keysOnConsole } from './console-block.ts'

const ed25519 = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHu8LoqOZ57wshUkT3RYtJFwMTUJcf6PUNfK4o1tuic0'
const ecdsa =
  'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBELHjsPKBK1zGhZoSj4pyq/m6eNHPwYCmgI5JKuT70hhKNJcjAa+ApAjl4PYB3/cBzN0+gB/cgbNXDAFwvGo6so='
const begin = '-----BEGIN SSH HOST KEY KEYS-----'
const end = '-----END SSH HOST KEY KEYS-----'

/** As EC2 gives it back of Amazon Linux and Ubuntu. */
const output = `[    1.234567] systemd[1]: Detected virtualization amazon.\r
<14>Nov 23 14:03:12 cloud-init: -----BEGIN SSH HOST KEY FINGERPRINTS-----\r
<14>Nov 23 14:03:12 cloud-init: 256 SHA256:sfbJVcuIli2i+7N8KL4aJ3MmB/YDNJsxxJDjxF+16h0 root@ip-10-0-0-1 (ED25519)\r
<14>Nov 23 14:03:12 cloud-init: -----END SSH HOST KEY FINGERPRINTS-----\r
${begin}\r
${ecdsa} root@ip-10-0-0-1\r
${ed25519} root@ip-10-0-0-1\r
${end}\r
[   14.567890] cloud-init[2211]: Cloud-init v. 22.2.2 finished\r

Amazon Linux 2023\r
ip-10-0-0-1 login: `

test('every type of key is read off a console, the one that people compare first', () => {
  expect(keysOnConsole(output)).toEqual([ed25519, ecdsa])
})

test('times and names before each line, and a terminal’s colours, don’t matter', () => {
  const noisy = ['', ecdsa, ed25519, '']
    .with(0, begin)
    .with(3, end)
    .map(line => `[   12.345678] \u001b[0;32mcloud-init[1657]\u001b[0m: ${line}`)
    .join('\r\n')
  expect(keysOnConsole(noisy)).toEqual([ed25519, ecdsa])
})

test('output that ends before the block does holds no keys', () => {
  for (let length = 0; length < output.indexOf(end) + end.length; length += 7) {
    expect(keysOnConsole(output.slice(0, length))).toBeUndefined()
  }
})

test('of several boots the last complete one counts', () => {
  const other = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
  const first = `${begin}\n${other}\n${end}\n`
  expect(keysOnConsole(first + output)).toEqual([ed25519, ecdsa])
  expect(keysOnConsole(`${begin}\n${other}\n${output}`)).toEqual([ed25519, ecdsa])
  expect(keysOnConsole(`${output}\n${begin}\n${other}`)).toEqual([ed25519, ecdsa])
})

test.each([
  ['a key whose end another message took', `${ed25519.slice(0, 60)}[   12.3] random: crng init done`],
  ['a type that isn’t the key’s own', ed25519.replace('ssh-ed25519', 'ssh-rsa')],
  ['a key of another length', `${ed25519}AAAA`],
  ['a certificate authority', `@cert-authority * ${ed25519.slice(0, -8)}`],
  ['a command', 'ssh-ed25519 $(touch /tmp/x)'],
  ['nothing', ''],
])('what is no whole key is left out: %s', (_what, line) => {
  expect(keysOnConsole(`${begin}\n${line}\n${end}`)).toBeUndefined()
  expect(keysOnConsole(`${begin}\n${line}\n${ed25519}\n${end}`)).toEqual([ed25519])
})

test('whatever a console shows, nothing but well-formed keys comes of it', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(begin, end, ed25519, ecdsa, '\n', '\r', ' '),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 15 }), pieces => {
      const keys = keysOnConsole(pieces.join(''))
      expect((keys ?? []).filter(key => key !== ed25519 && key !== ecdsa)).toEqual([])
    }),
    { numRuns: 60 },
  )
})
