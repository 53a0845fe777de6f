import { BudgetsClient } from '@aws-sdk/client-budgets'
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { CostExplorerClient } from '@aws-sdk/client-cost-explorer'
import { EC2Client } from '@aws-sdk/client-ec2'
import { IAMClient } from '@aws-sdk/client-iam'
import { RDSClient } from '@aws-sdk/client-rds'
import { S3Client } from '@aws-sdk/client-s3'
import { STSClient } from '@aws-sdk/client-sts'
import { mockClient } from 'aws-sdk-client-mock'
import { namesOf } from '../stack/names.ts'
import { type Context } from './context.ts'
import { keyFiles } from './key-files.ts'
import { toStand } from './open.ts'
import { testStack } from './test-context.ts'

/**
 * A stack on an AWS that answers as a test says, for what moto doesn't do.
 * @param folder where its keys go.
 */
export function mockedContext(folder: string, changes: Partial<Context> = {}) {
  const config = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } }
  const id = { name: 'wikiflow', region: 'us-east-1', account: '123456789012' }
  const clients = { ec2: new EC2Client(config), rds: new RDSClient(config) }
  const context: Context = {
    stack: testStack,
    id,
    names: namesOf(id),
    cloud: {
      ...clients,
      region: id.region,
      account: id.account,
      caller: `arn:aws:iam::${id.account}:user/an`,
      s3: new S3Client(config),
      iam: new IAMClient(config),
      sts: new STSClient(config),
      budgets: new BudgetsClient(config),
      cloudwatch: new CloudWatchClient(config),
      costExplorer: new CostExplorerClient(config),
    },
    around: {
      vpc: 'vpc-1',
      subnets: [
        { id: 'subnet-a', zone: 'us-east-1a' },
        { id: 'subnet-b', zone: 'us-east-1b' },
      ],
      zone: 'us-east-1b',
      image: {
        id: 'ami-1',
        name: 'al2023-ami-2023.12.20260930.0-kernel-6.1-x86_64',
        rootDevice: '/dev/xvda',
      },
      hostType: {
        architecture: 'x86_64',
        memoryMib: 4096,
        vcpus: 2,
        burstable: true,
        freeTierEligible: false,
      },
      plan: 'paid',
    },
    files: keyFiles(folder, id),
    ...toStand,
    ...changes,
  }
  return { context, ec2: mockClient(clients.ec2), rds: mockClient(clients.rds) }
}

/** An error as AWS's clients throw it. */
export function awsError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name, $fault: 'client', $metadata: { attempts: 1 } })
}
