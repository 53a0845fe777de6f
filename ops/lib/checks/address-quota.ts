import { DescribeAddressesCommand } from '@aws-sdk/client-ec2'
import { stackTag, tagKeys, tagValue } from '../cloud/tags.ts'
import { type Check } from './check.ts'
import { checkQuota } from './quota.ts'
import { type StackContext } from './stack-context.ts'

/** "EC2-VPC Elastic IPs": five unless the account asked for more. */
const quota = { code: 'L-0263D0A3', of: 'elastic IP' }

/** Whether the account may have one more elastic IP. */
export const addressQuotaCheck: Check<Pick<StackContext, 'stack' | 'cloud'>> = {
  id: 'address-quota',
  title: 'quota of elastic IPs',
  needs: ['region'],
  run: async ({ stack, cloud }) => {
    const ours = stackTag(await stack())
    const opened = await cloud()
    return checkQuota(opened, quota, async () => {
      const { Addresses } = await opened.ec2.send(new DescribeAddressesCommand())
      const others = (Addresses ?? []).filter(({ Tags }) => tagValue(Tags, tagKeys.stack) !== ours)
      return { used: others.length, needed: 1 }
    })
  },
}
