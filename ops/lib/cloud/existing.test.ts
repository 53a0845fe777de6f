import { expect, test } from 'vitest'
import { orExisting } from './existing.ts'
import { awsError } from './test-mocked.ts'

test.each([
  'EntityAlreadyExistsException',
  'EntityAlreadyExists',
  'DuplicateRecordException',
  'InvalidGroup.Duplicate',
  'InvalidKeyPair.Duplicate',
  'InvalidPermission.Duplicate',
])('%s: what was to be made is there', async name => {
  await orExisting(Promise.reject(awsError(name, 'there')))
})

test.each([
  'LimitExceededException',
  'RulesPerSecurityGroupLimitExceeded',
  'InvalidParameterValue',
  'InvalidGroup.NotFound',
  'UnauthorizedOperation',
])('%s is an error', async name => {
  await expect(orExisting(Promise.reject(awsError(name, 'told')))).rejects.toThrow('told')
})

test('a limit means "there already" only where the caller says so', async () => {
  const full = () => Promise.reject(awsError('LimitExceededException', 'one role'))
  await orExisting(full(), 'LimitExceededException')
  await expect(orExisting(full(), 'Other')).rejects.toThrow('one role')
})
