import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Sshd, startSshd } from '../../../test/engines/sshd.ts'
import { noteAction, readAudit } from './audit-log.ts'
import { type Host } from './host.ts'
import { addressOf, open } from './test-hosts.ts'

let sshd: Sshd
let host: Host

beforeAll(async () => {
  sshd = await startSshd()
})
afterAll(() => sshd.stop())
beforeEach(async () => {
  host = await open(addressOf(sshd), [sshd])
})

test('what was done is read as it was noted, with who and when', async () => {
  expect(await readAudit(host, 'one')).toEqual({ actions: [], unreadable: 0 })
  const results = ['begun', 'it\'s "failed": $(id) `id` \\ \n second line \u001b[2J 漢', 'serves']
  for (const result of results) await noteAction(host, 'one', { action: 'deploy', release: 'ab', result })
  const { actions, unreadable } = await readAudit(host, 'one')
  expect(unreadable).toBe(0)
  expect(actions.map(({ result }) => result)).toEqual(results)
  for (const { time, who } of actions) {
    expect(Math.abs(Date.parse(time) - Date.now())).toBeLessThan(60_000)
    expect(who).toMatch(/^[^@]+@[^@]+$/)
  }
  const text = readFileSync(join(sshd.home, 'wikiflow/one/audit.log'), 'utf8')
  expect(text.trimEnd().split('\n')).toHaveLength(3)
  expect((await readAudit(host, 'one', 1)).actions).toMatchObject([{ result: 'serves' }])
})

test('a line that was cut off is told of, and spoils no other', async () => {
  await noteAction(host, 'two', { action: 'scale', result: 'begun' })
  appendFileSync(join(sshd.home, 'wikiflow/two/audit.log'), '{"time":"2026-11-2')
  await noteAction(host, 'two', { action: 'scale', result: 'done' })
  const { actions, unreadable } = await readAudit(host, 'two')
  expect(actions.map(({ result }) => result)).toEqual(['begun', 'done'])
  expect(unreadable).toBe(1)
})
