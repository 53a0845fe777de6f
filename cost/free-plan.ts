import { type Stack } from '../ops/lib/stack/schema.ts'

/**
 * Types that an account of the Free plan may launch: EC2's `DescribeInstanceTypes` with `free-tier-eligible`, as
 * accounts since July 2025 answer it. `npx zx ops/prepare.ts` asks the account itself.
 */
const eligible = ['t3.micro', 't3.small', 't4g.micro', 't4g.small', 'c7i-flex.large', 'm7i-flex.large']
/** Days that RDS keeps backups there at most: it answers FreeTierRestrictionError to more. */
const mostBackupDays = 1

/** What of a stack the Free plan doesn't allow, in a sentence; undefined where nothing stands against it. */
export function freePlanLimits({ host, database }: Pick<Stack, 'host' | 'database'>): string | undefined {
  const limits = [
    ...(eligible.includes(host.type) ? [] : [`${host.type} can't be launched (${eligible.join(', ')} can)`]),
    ...(database.backupDays > mostBackupDays
      ? [`backups are kept for ${mostBackupDays} day, not ${database.backupDays}`]
      : []),
  ]
  return limits.length > 0
    ? `On the Free plan ${limits.join('; ')}. The Paid plan keeps the credit without these limits`
    : undefined
}
