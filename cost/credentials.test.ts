import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { hasCredentials } from './credentials.ts'

test('a machine that was never set up for AWS has no credentials; a key, a profile or a file of its own are some', () => {
  const home = mkdtempSync(join(tmpdir(), 'wikiflow-home-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  expect(hasCredentials({}, home)).toBe(false)
  expect(hasCredentials({ AWS_ACCESS_KEY_ID: '' }, home)).toBe(false)
  expect(hasCredentials({ AWS_PROFILE: 'work' }, home)).toBe(true)
  mkdirSync(join(home, '.aws'))
  writeFileSync(join(home, '.aws/config'), '')
  expect(hasCredentials({}, home)).toBe(true)
})
