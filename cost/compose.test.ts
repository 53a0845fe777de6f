import { expect, test } from 'vitest'
import { testStack } from '../ops/lib/cloud/test-context.ts'
import { type LiveBill } from './bill.ts'
import { composeReport } from './compose.ts'
import { planBill } from './plan-bill.ts'
import { whatIf } from './what-if.ts'

const now = new Date('2026-11-23T12:00:00Z')
const credit = { remainingUsd: 100, source: 'config' as const }
const plain = { stack: testStack, credit, unavailable: [] }
const nowhere = { ...testStack, region: 'mars-north-1' }

test('a stack that the credit covers fits; the report has its bill, its levers and no surprise', () => {
  const report = composeReport(plain, now)
  expect(report).toMatchObject({
    verdict: 'fits',
    credit: { days: 59 },
    at: '2026-11-23T12:00:00.000Z',
    differences: [],
  })
  expect(report.planned).toEqual(planBill(testStack))
  expect(report.levers.length).toBeGreaterThan(3)
  expect(report).not.toHaveProperty('live')
})

test('a credit that has ended or expires within the month does not fit', () => {
  expect(composeReport({ ...plain, credit: { ...credit, remainingUsd: 0 } }, now).verdict).toBe("doesn't fit")
  const expires = new Date('2026-12-01T00:00:00Z')
  expect(composeReport({ ...plain, credit: { ...credit, expires } }, now)).toMatchObject({
    verdict: "doesn't fit",
    credit: { days: 7, expiresFirst: true },
  })
})

test('without prices nobody can tell, unless what is known is too much already', () => {
  expect(composeReport({ ...plain, stack: nowhere }, now).verdict).toBe("couldn't tell")
  const ended = { ...credit, remainingUsd: 0, expires: new Date('2026-11-01T00:00:00Z') }
  expect(composeReport({ ...plain, stack: nowhere, credit: ended }, now).verdict).toBe("doesn't fit")
})

test("on the Free plan the credit says what can't be launched there", () => {
  const free = { ...credit, plan: 'free' as const, note: 'the plan ends soon' }
  expect(composeReport({ ...plain, credit: free }, now).credit.note).toMatch(
    /^the plan ends soon\. On the Free plan t3\.medium can't be launched/,
  )
  expect(
    composeReport({ ...plain, credit: { ...credit, plan: 'paid' as const } }, now).credit,
  ).not.toHaveProperty('note')
})

test('where nothing runs, or half of it could not be read, the credit is held against the plan', () => {
  const live = (usd: number, unpriced: string[]): LiveBill => ({
    soFar: { lines: [], usd: 0, unpriced },
    aMonth: { lines: [], usd, unpriced },
    since: '2026-11-13T12:00:00.000Z',
    paused: false,
  })
  expect(composeReport({ ...plain, live: live(0, []) }, now).credit.days).toBe(59)
  expect(composeReport({ ...plain, live: live(14, ['ec2:t3.medium']) }, now)).toMatchObject({
    credit: { days: 59 },
    verdict: 'fits',
  })
  expect(composeReport({ ...plain, live: live(300, ['ipv4']) }, now).verdict).toBe("doesn't fit")
})

test('the credit is held against what was asked about, else what runs, else what is planned', () => {
  const live: LiveBill = {
    soFar: { lines: [], usd: 10, unpriced: [] },
    aMonth: { lines: [], usd: 8.35, unpriced: [] },
    since: '2026-11-13T12:00:00.000Z',
    paused: true,
  }
  const dear = whatIf(testStack, { nodes: '9' })
  expect(composeReport({ ...plain, live }, now).credit.days).toBe(364) // 100 / (8.35 × 24 / 730)
  expect(composeReport({ ...plain, live, whatIf: dear }, now)).toMatchObject({
    whatIf: { changes: ['--nodes 9'] },
    credit: { days: 8 }, // nine hosts, disks and addresses: $342.46 a month
    verdict: "doesn't fit",
  })
})
