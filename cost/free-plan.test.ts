import { expect, test } from 'vitest'
import { testStack } from '../ops/lib/cloud/test-context.ts'
import { freePlanLimits } from './free-plan.ts'

test("the Free plan's limits are named where the stack meets them", () => {
  expect(freePlanLimits(testStack)).toMatch(
    /t3\.medium can't be launched \(.*c7i-flex\.large.* can\); backups are kept for 1 day, not 7\. The Paid plan/,
  )
  const host = { ...testStack.host, type: 'c7i-flex.large' }
  expect(freePlanLimits({ host, database: { ...testStack.database, backupDays: 1 } })).toBeUndefined()
})
