import { BudgetsClient } from '@aws-sdk/client-budgets'
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { CostExplorerClient } from '@aws-sdk/client-cost-explorer'
import { EC2Client } from '@aws-sdk/client-ec2'
import { IAMClient } from '@aws-sdk/client-iam'
import { RDSClient } from '@aws-sdk/client-rds'
import { S3Client } from '@aws-sdk/client-s3'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { watchCalls } from './calls.ts'

/** AWS as one caller sees it in one region: clients, and who calls. */
export type Cloud = {
  region: string
  /** Twelve digits. */
  account: string
  /** ARN of the caller. */
  caller: string
  ec2: EC2Client
  rds: RDSClient
  s3: S3Client
  iam: IAMClient
  sts: STSClient
  budgets: BudgetsClient
  cloudwatch: CloudWatchClient
  costExplorer: CostExplorerClient
}

/** Attempts of one call: throttled or broken ones are repeated by the SDK, each time later, with jitter. */
const maxAttempts = 6

/**
 * Opens AWS with the credentials of the environment (variables, profile, SSO), asking who they belong to.
 * `AWS_ENDPOINT_URL` points every client elsewhere.
 * @throws the SDK's error for missing, wrong or expired credentials.
 */
export async function openCloud(region: string): Promise<Cloud> {
  const config = { region, maxAttempts }
  const sts = watchCalls(new STSClient(config))
  const { Account, Arn } = await sts.send(new GetCallerIdentityCommand())
  if (!Account || !Arn) throw new Error('AWS did not say whose credentials these are (GetCallerIdentity)')
  return {
    region,
    account: Account,
    caller: Arn,
    sts,
    ec2: watchCalls(new EC2Client(config)),
    rds: watchCalls(new RDSClient(config)),
    // An endpoint of one's own has no name for each bucket.
    s3: watchCalls(new S3Client({ ...config, forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined })),
    iam: watchCalls(new IAMClient(config)),
    cloudwatch: watchCalls(new CloudWatchClient(config)),
    // AWS Budgets and Cost Explorer live in one region alone.
    budgets: watchCalls(new BudgetsClient({ ...config, region: 'us-east-1' })),
    costExplorer: watchCalls(new CostExplorerClient({ ...config, region: 'us-east-1' })),
  }
}
