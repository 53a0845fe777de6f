import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { fingerprint, makeKey } from './ssh-key.ts'

afterEach(() => vi.unstubAllEnvs())

test('a fingerprint is the one that ssh-keygen shows', () => {
  // `ssh-keygen -lf` of this key.
  const key =
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHu8LoqOZ57wshUkT3RYtJFwMTUJcf6PUNfK4o1tuic0 somebody@a host\n'
  expect(fingerprint(key)).toBe('SHA256:sfbJVcuIli2i+7N8KL4aJ3MmB/YDNJsxxJDjxF+16h0')
  expect(() => fingerprint('nonsense')).toThrow('is no public SSH key')
})

test('a machine without ssh-keygen is told what to install', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wikiflow-key-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  vi.stubEnv('PATH', folder)
  await expect(makeKey(join(folder, 'ssh-key'), 'wikiflow')).rejects.toThrow('install the OpenSSH client')
})
