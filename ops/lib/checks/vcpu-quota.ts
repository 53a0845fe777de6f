import { type Instance, paginateDescribeInstances } from '@aws-sdk/client-ec2'
import { stackTag, tagKeys, tagValue } from '../cloud/tags.ts'
import { type Check } from './check.ts'
import { checkQuota, type Demand } from './quota.ts'
import { type StackContext } from './stack-context.ts'

/** "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", in vCPUs. */
const quota = { code: 'L-1216C47A', of: 'vCPUs' }

/** Whether the account may run as many vCPUs as the hosts have. */
export const vcpuQuotaCheck: Check<Pick<StackContext, 'stack' | 'cloud' | 'around'>> = {
  id: 'vcpu-quota',
  title: 'quota of vCPUs',
  needs: ['region'],
  run: async ({ stack, cloud, around }) => {
    const { host } = await stack()
    if (!isStandard(host.type)) return { state: 'ok', found: `${host.type} counts to a quota of its own` }
    const { vcpus } = (await around()).hostType
    const opened = await cloud()
    const ours = stackTag(await stack())
    return checkQuota(opened, quota, async (): Promise<Demand> => {
      const others: Instance[] = []
      const running = { Filters: [{ Name: 'instance-state-name', Values: ['pending', 'running'] }] }
      for await (const { Reservations } of paginateDescribeInstances({ client: opened.ec2 }, running)) {
        for (const { Instances } of Reservations ?? []) {
          others.push(...(Instances ?? []).filter(({ Tags }) => tagValue(Tags, tagKeys.stack) !== ours))
        }
      }
      return { used: vcpusOf(others), needed: host.count * vcpus }
    })
  },
}

/** vCPUs that instances take of the quota: spot ones and other families have quotas of their own. */
export function vcpusOf(instances: readonly Instance[]): number {
  return instances
    .filter(one => isStandard(one.InstanceType ?? '') && one.InstanceLifecycle !== 'spot')
    .reduce(
      (sum, { CpuOptions }) => sum + (CpuOptions?.CoreCount ?? 0) * (CpuOptions?.ThreadsPerCore ?? 1),
      0,
    )
}

/** Whether a type is of the standard families: `t3.medium` and `im4gn.large`, but not `inf2.xlarge` or `hpc7g`. */
export function isStandard(type: string): boolean {
  return /^(a|c|d|h|i|im|is|m|r|t|z)\d/.test(type)
}
