import { type S3Client } from '@aws-sdk/client-s3'
import { holdLock, type Lock, type LockOptions } from '../lock/lock.ts'
import { lockObject } from './lock-object.ts'

/**
 * Takes the lock in a stack's bucket (see `holdLock`): an object put with a condition, by S3's clock.
 * @throws UserError that says who holds it and since when.
 */
export function takeLock(
  s3: S3Client,
  bucket: string,
  purpose: string,
  options: LockOptions = {},
): Promise<Lock> {
  return holdLock(lockObject(s3, bucket), purpose, options)
}
