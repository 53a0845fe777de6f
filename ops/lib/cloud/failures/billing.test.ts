import { expect, test } from 'vitest'
import { billingInWords } from './billing.ts'
import { type Failure } from './failure.ts'

const call = { service: 'CostExplorer', command: 'GetCostAndUsage', region: 'us-east-1' }
const failure = (name: string, message: string): Failure => ({ name, message, page: false, call })

test.each([
  ['AccessDeniedException', 'User not enabled for cost explorer access', /isn't enabled.*24 hours/],
  ['AccessDeniedException', 'no bills for you', /IAM user and role access to Billing/],
  ['DataUnavailableException', 'Data is not available', /no numbers yet/],
  ['LimitExceededException', 'too many calls', /no more questions for now \(too many calls\)/],
  ['InvalidNextTokenException', 'token', /run the same command again/],
  ['RequestChangedException', 'changed', /run the same command again/],
  ['BillExpirationException', 'expired', /ask for later days/],
])('%s (%s) of Cost Explorer is told in its own words', (name, message, sentence) => {
  expect(billingInWords(failure(name, message))).toMatch(sentence)
})

test("a permission that Cost Explorer names is left to the sentence that names the policy's statement", () => {
  const message = 'User: arn:aws:iam::123456789012:user/an is not authorized to perform: ce:GetCostAndUsage'
  expect(billingInWords(failure('AccessDeniedException', message))).toBe(undefined)
})

test("another service's limit is not the bill's", () => {
  const other = { ...failure('LimitExceededException', 'roles'), call: { ...call, service: 'IAM' } }
  expect(billingInWords(other)).toBe(undefined)
})

test('what Cost Explorer says otherwise is left to others', () => {
  expect(billingInWords(failure('ValidationException', 'Start date is invalid'))).toBe(undefined)
})
