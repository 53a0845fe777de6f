import { expect, test } from 'vitest'
import { editorKind } from './editor.ts'

test.each([
  ['registered', 'Careful Gardener', false],
  ['bot', 'Careful GardenerBot', true],
  ['bot', undefined, true],
  ['bot', '203.0.113.7', true],
  ['hidden', undefined, false],
  ['hidden', '', false],
  ['ipv4', '203.0.113.7', false],
  ['ipv6', '2001:db8:f4e6:d7e6::eee1', false],
  ['ipv6', '2001:DB8:0:0:0:0:0:1', false],
  ['temporary', '~2026-12345-67', false],
  ['temporary', '~2024-1', false],
  ['registered', '~2026-', false],
  ['registered', '~tilde', false],
  ['registered', '203.0.113', false],
  ['registered', '3405803783', false],
  ['registered', '0x7f.1', false],
  ['registered', '203.0.113.256', false],
  ['registered', '203.0.113.xxx', false],
  ['registered', 'meta>Careful Gardener', false],
  ['registered', 'fe80::1%eth0', false],
  ['registered', '12:34', false],
] as const)('%s: %s', (kind, user, bot) => {
  expect(editorKind(user, bot)).toBe(kind)
})
