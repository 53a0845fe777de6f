import { expect, test } from 'vitest'
import { renderBill, renderSteps } from './render.ts'
import { found } from './test-found.ts'

const look = { color: false, columns: 80 }
const reason =
  'there are no AWS credentials: sign in with `aws sso login`, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'

test('ten lines in three groups, in 80 columns, whatever the evidence', () => {
  const blocked = { state: 'blocked', evidence: reason } as const
  const text = renderSteps(found({ database: blocked, bucket: blocked, host: blocked }), look)
  const lines = text.split('\n')
  expect(lines.filter(line => /^[✓·!?] +\d+ {2}/.test(line))).toHaveLength(10)
  expect(lines.filter(line => /^(Prepare|Infrastructure|Deploy)$/.test(line))).toHaveLength(3)
  expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(80)
})

test('a long reason that steps share is said once, a short one each time', () => {
  const blocked = { state: 'blocked', evidence: reason } as const
  const steps = found({ database: blocked, bucket: blocked, host: blocked })
  const text = renderSteps(steps, look)
  expect(text.split('no AWS credentials')).toHaveLength(2)
  expect(text.match(/the same$/gm)).toHaveLength(2)
  expect(text.match(/is there$/gm)).toHaveLength(7)
})

test('each state has its mark, and colours are for terminals alone', () => {
  const steps = found({
    ship: { state: 'to do', evidence: 'a' },
    run: { state: 'unknown', evidence: 'b' },
    check: { state: 'blocked', evidence: 'c' },
  })
  expect(renderSteps(steps, look)).toMatch(/^· {3}8 {2}.*\n\? {3}9 {2}.*\n! {2}10 {2}/m)
  expect(renderSteps(steps, look)).not.toContain('\u001b')
  expect(renderSteps(steps, { ...look, color: true })).toContain('\u001b[')
})

test('a bill that AWS was not asked for says so', () => {
  const credit = {
    remainingUsd: 100,
    source: 'config',
    days: 59,
    ends: '2027-01-21',
    expiresFirst: false,
  } as const
  const bill = { usd: 51.1, unpriced: [], usdADay: 1.68, credit }
  const model = renderBill({ ...bill, from: 'wikiflow.config.ts' }, look)
  expect(model).toContain('$51.10 a month ($1.68 a day)')
  expect(model).toContain('AWS was not asked')
  expect(renderBill({ ...bill, from: 'plan' }, look)).not.toContain('not asked')
})
