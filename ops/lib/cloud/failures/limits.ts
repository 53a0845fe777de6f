import { callInWords, type Failure, type InWords, regionFlag } from './failure.ts'

/** Service Quotas' codes, by AWS's error (Service Quotas console, "Quota code"). */
const quotas: Record<string, { service: string; code?: string; what: string; less: string }> = {
  VcpuLimitExceeded: {
    service: 'ec2',
    code: 'L-1216C47A',
    what: 'vCPUs of running instances',
    less: 'a smaller host.type or host.count',
  },
  InstanceLimitExceeded: {
    service: 'ec2',
    code: 'L-1216C47A',
    what: 'running instances',
    less: 'a smaller host.count',
  },
  AddressLimitExceeded: {
    service: 'ec2',
    code: 'L-0263D0A3',
    what: 'elastic IP addresses',
    less: 'releasing one that nothing uses',
  },
  VolumeLimitExceeded: {
    service: 'ebs',
    code: 'L-7A658B76',
    what: 'gp3 storage',
    less: 'a smaller host.diskGb',
  },
  SecurityGroupLimitExceeded: {
    service: 'vpc',
    code: 'L-E79EC296',
    what: 'security groups',
    less: 'deleting some that nothing uses',
  },
  RulesPerSecurityGroupLimitExceeded: {
    service: 'vpc',
    code: 'L-0EA8095F',
    what: 'rules of a security group',
    less: 'fewer networks in operator.cidrs',
  },
  InstanceQuotaExceeded: {
    service: 'rds',
    code: 'L-7B6409FD',
    what: 'databases',
    less: 'deleting one that nobody needs',
  },
  StorageQuotaExceeded: {
    service: 'rds',
    code: 'L-7ADDB58A',
    what: 'storage of all databases, in GB',
    less: 'a smaller database.storageGb',
  },
  DBSubnetGroupQuotaExceeded: {
    service: 'rds',
    code: 'L-48C6BF61',
    what: 'subnet groups',
    less: 'deleting some that nothing uses',
  },
  SnapshotQuotaExceeded: {
    service: 'rds',
    code: 'L-272F1212',
    what: 'snapshots made by hand',
    less: 'deleting old ones',
  },
  TooManyBuckets: {
    service: 's3',
    code: 'L-DC2B2D3D',
    what: 'buckets',
    less: 'deleting one that nobody needs',
  },
}

/** What AWS holds back: quotas, machines that are all taken, the Free plan, calls that come too fast. */
export const limitsInWords: InWords = failure =>
  freePlanInWords(failure) ?? capacityInWords(failure) ?? throttlingInWords(failure) ?? quotaInWords(failure)

function freePlanInWords({ name, message }: Failure): string | undefined {
  if (/not eligible for free tier/i.test(message)) {
    return 'this account is on the Free plan, which has no instances of host.type in wikiflow.config.ts: `npx zx ops/prepare.ts` lists those it has, with their prices; or move the account to the Paid plan, which keeps its credit'
  }
  if (name === 'FreeTierRestrictionError' || /free tier customers|free plan account/i.test(message)) {
    const backups = /retention/i.test(message)
      ? ': set database.backupDays to 1 or 0 in wikiflow.config.ts'
      : ''
    return `this account is on the Free plan, which forbids it (${message})${backups || ': choose smaller sizes in wikiflow.config.ts'}, or move the account to the Paid plan, which keeps its credit`
  }
  return undefined
}

function capacityInWords({ name, message }: Failure): string | undefined {
  const missing =
    /^Insufficient(DB)?InstanceCapacity(Fault)?$|^InsufficientCapacity|^Insufficient(Host|Address)Capacity/
  const wrongZone =
    name === 'Unsupported' && /not supported in your requested Availability Zone/.test(message)
  if (!missing.test(name) && !wrongZone) return undefined
  const zones = [...new Set(message.match(/\b[a-z]{2}(?:-[a-z]+)+-\d[a-z]\b/g) ?? [])]
  const [here, ...others] = zones
  const elsewhere = others.length > 0 ? ` (AWS names ${others.join(', ')})` : ''
  const what = /^InsufficientDB/.test(name) ? 'databases of database.class' : 'instances of host.type'
  const why = wrongZone ? 'has none' : 'has none left for now'
  return `zone ${here ?? 'of the stack'} ${why}: ${what} in wikiflow.config.ts. Wait and run the same command again, set another size, or, before the first host and database stand, another zone${elsewhere}`
}

const throttled =
  /^(Throttl\w*|\w*ThrottlingException|RequestLimitExceeded|SlowDown|TooManyRequests(Exception)?|RequestThrottled(Exception)?|BandwidthLimitExceeded|PriorRequestNotComplete|HTTP 429)$/

function throttlingInWords(failure: Failure): string | undefined {
  if (!throttled.test(failure.name)) return undefined
  return `AWS asks for fewer calls (${failure.name}), after ${callInWords(failure)} was repeated with growing pauses: wait a minute and run the same command again; it goes on from where it was. Something else in this account may be calling much`
}

function quotaInWords(failure: Failure): string | undefined {
  const name = failure.name.replace(/(Fault|Exception)$/, '')
  const quota = quotas[name]
  if (!quota && !/(Limit|Quota)Exceeded|^TooMany/.test(name)) return undefined
  const region = regionFlag(failure)
  if (quota?.code) {
    const ask = `aws service-quotas request-service-quota-increase --service-code ${quota.service} --quota-code ${quota.code}${region} --desired-value NUMBER`
    return `the account's quota of ${quota.what} (${quota.code}) is used up (${failure.message}): ask for more with \`${ask}\`, or do with less: ${quota.less}`
  }
  const service = failure.call?.service.toLowerCase() ?? 'SERVICE'
  return `a quota of the account is used up (${failure.name}: ${failure.message}): see which with \`aws service-quotas list-service-quotas --service-code ${service}${region}\`, and ask for more or delete what nobody needs`
}
