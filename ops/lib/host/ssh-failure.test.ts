import { expect, test } from 'vitest'
import { type HostAddress } from './host.ts'
import { connectFailure, lostConnection } from './ssh-failure.ts'

const gate: HostAddress = { name: 'gate', user: 'an', address: '203.0.113.7', port: 22, keyName: 'gate' }
const host: HostAddress = {
  name: 'host-1',
  user: 'ec2-user',
  address: '198.51.100.7',
  port: 22,
  keyName: 'i-1',
  identity: '/k/ssh-key',
}
const at = 'host-1 (198.51.100.7 port 22)'

// What OpenSSH 8 to 10 say.
test.each([
  ['ssh: connect to host 198.51.100.7 port 22: Connection timed out', `${at} didn't answer in time: `],
  ['Connection timed out during banner exchange', `${at} didn't answer in time: `],
  ['ssh: connect to host 198.51.100.7 port 22: Operation timed out', `${at} didn't answer in time: `],
  ['ssh: connect to host 198.51.100.7 port 22: Connection refused', `${at} refused the connection: `],
  [
    'ssh: connect to host 198.51.100.7 port 22: No route to host',
    `there is no way to ${at} from this network`,
  ],
  ['ssh: connect to host 198.51.100.7 port 22: Network is unreachable', `there is no way to ${at}`],
  ['kex_exchange_identification: read: Connection reset by peer', `${at} closed the connection before`],
  ['Connection closed by 198.51.100.7 port 22', `${at} closed the connection before`],
  ['ssh: Could not resolve hostname a.invalid: Name or service not known', `no address is known for ${at}`],
  ['Permission denied (publickey).', `${at} doesn't let ec2-user in with /k/ssh-key: `],
  [
    'no such identity: /k/ssh-key: No such file or directory\nPermission denied (publickey).',
    "can't be used: No such",
  ],
  [
    'Load key "/k/ssh-key": error in libcrypto\nPermission denied (publickey).',
    "can't be used: error in libcrypto",
  ],
  ['Something \u001b[2J new', `can't reach ${at}: ssh says "Something \\u{1b}[2J new"`],
  ['', `can't reach ${at}: ssh says "nothing"`],
])('what ssh says becomes a sentence: %j', (said, sentence) => {
  expect(connectFailure(`${said}\n`, host, () => []).message).toContain(sentence)
})

test.each([
  'channel 0: open failed: connect failed: Connection refused\nstdio forwarding failed\nConnection closed by UNKNOWN port 65535',
  'Stdio forwarding request failed: Session open refused by peer',
  'kex_exchange_identification: Connection closed by remote host',
])('a host that the one before it can’t reach is told as that: %j', said => {
  expect(connectFailure(said, { ...host, jump: gate }, () => []).message).toMatch(
    /^gate is reached, but can't reach host-1 \(198.51.100.7 port 22\)/,
  )
})

test('a connection that broke says what became of the work, and ssh’s last word', () => {
  expect(lostConnection('Timeout, server 198.51.100.7 not responding.\n', host).message).toBe(
    'the connection to host-1 broke (ssh says "Timeout, server 198.51.100.7 not responding."); what ran there over it was ended: run the same command again',
  )
})
