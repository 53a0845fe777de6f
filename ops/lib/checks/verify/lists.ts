import { accountChecks } from '../account.ts'
import { type Check } from '../check.ts'
import { nodeCheck } from '../node.ts'
import { pricesCheck } from '../prices.ts'
import { sshCheck } from '../ssh.ts'
import { auditCheck } from './audit.ts'
import { backupsCheck } from './backups.ts'
import { type AwsContext, type HostsContext, type LocalContext, type PipelineContext } from './context.ts'
import { dashboardCheck } from './dashboard.ts'
import { databaseTlsCheck } from './database-tls.ts'
import { deployedCheck } from './deployed.ts'
import { diskCheck } from './disk.ts'
import { freshnessCheck } from './freshness.ts'
import { hostCheck } from './host.ts'
import { imdsv2Check } from './imdsv2.ts'
import { lagCheck } from './lag.ts'
import { lakeFreshCheck } from './lake-fresh.ts'
import { lakeReadableCheck } from './lake-readable.ts'
import { pageCheck } from './page.ts'
import { partitionsCheck } from './partitions.ts'
import { publicAwsCheck, publicHostsCheck } from './public-hosts.ts'
import { publicLocalCheck } from './public-local.ts'
import { resourcesCheck } from './resources.ts'
import { secretsCheck } from './secrets.ts'
import { servicesCheck } from './services.ts'
import { spendCheck } from './spend.ts'

/** Of a pipeline, wherever it runs. */
const pipelineChecks: readonly Check<PipelineContext>[] = [
  servicesCheck,
  pageCheck,
  partitionsCheck,
  lagCheck,
  freshnessCheck,
  dashboardCheck,
  lakeFreshCheck,
  lakeReadableCheck,
  auditCheck,
  secretsCheck,
]

/** Of a stack on this machine. */
export const localChecks: readonly Check<LocalContext>[] = [nodeCheck, ...pipelineChecks, publicLocalCheck]

/** Of hosts given by address. */
export const hostsChecks: readonly Check<HostsContext>[] = [
  nodeCheck,
  sshCheck,
  hostCheck,
  diskCheck,
  deployedCheck,
  ...pipelineChecks,
  databaseTlsCheck,
  publicHostsCheck,
]

/** Of a stack on AWS: all there is. */
export const awsChecks: readonly Check<AwsContext>[] = [
  nodeCheck,
  sshCheck,
  ...accountChecks,
  pricesCheck,
  resourcesCheck,
  hostCheck,
  diskCheck,
  deployedCheck,
  ...pipelineChecks,
  databaseTlsCheck,
  publicAwsCheck,
  backupsCheck,
  imdsv2Check,
  spendCheck,
]
