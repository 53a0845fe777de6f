import { GetServiceQuotaCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas'
import { watchCalls } from '../cloud/calls.ts'
import { type Cloud } from '../cloud/cloud.ts'
import { sentenceOf } from '../cloud/errors.ts'
import { type Outcome } from './check.ts'

/** A quota of EC2 in one region, by AWS's code. */
export type Quota = { code: string; of: string }

/** What a quota is held against. */
export type Demand = {
  /** In use by others than this stack. */
  used: number
  /** What this stack has or will have of it. */
  needed: number
}

/** Reads a quota's value; undefined where AWS names none. */
async function readQuota({ region, sts }: Cloud, { code }: Quota): Promise<number | undefined> {
  const client = watchCalls(new ServiceQuotasClient({ region, credentials: sts.config.credentials }))
  try {
    const { Quota } = await client.send(new GetServiceQuotaCommand({ ServiceCode: 'ec2', QuotaCode: code }))
    return Quota?.Value
  } finally {
    client.destroy()
  }
}

/** Holds a quota against what is needed; one that may not be read is a warning, for most accounts' are enough. */
export async function checkQuota(
  cloud: Cloud,
  quota: Quota,
  readDemand: () => Promise<Demand>,
): Promise<Outcome> {
  const demand = await readDemand()
  try {
    return compare(await readQuota(cloud, quota), demand, quota, cloud.region)
  } catch (error) {
    if (!(error instanceof Error) || !/AccessDenied|NoSuchResource/.test(error.name)) throw error
    return {
      state: 'warning',
      found: `${needs(demand, quota)}; the quota can't be read: ${sentenceOf(error)}`,
      fix: `look it up: https://console.aws.amazon.com/servicequotas/home/services/ec2/quotas/${quota.code}`,
    }
  }
}

/** A quota beside what is needed, in words. */
function compare(allowed: number | undefined, demand: Demand, quota: Quota, region: string): Outcome {
  const { used, needed } = demand
  if (allowed === undefined) return { state: 'warning', found: `AWS names no quota of ${quota.of}` }
  const found = `${needs(demand, quota)}; ${allowed} are allowed`
  if (used + needed <= allowed) return { state: 'ok', found }
  return {
    state: 'failed',
    found,
    fix: `stop what uses them, or ask for more (hours to days): aws service-quotas request-service-quota-increase --service-code ec2 --quota-code ${quota.code} --desired-value ${used + needed} --region ${region}`,
  }
}

function needs({ used, needed }: Demand, { of }: Quota): string {
  return `${needed} ${of} for this stack, ${used} in use by others`
}
