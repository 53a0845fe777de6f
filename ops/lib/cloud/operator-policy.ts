import { namesOf, type StackId } from '../stack/names.ts'
import { type Policy, policy, type Statement } from './iam-policy.ts'
import { stackTag, tagKeys } from './tags.ts'

/** Stands in `docs/operator-policy.json` for what every stack has of its own. */
export const placeholders: StackId = { name: 'STACK', region: 'REGION', account: 'ACCOUNT' }

/**
 * What a person, or a pipeline, needs to set a stack up, run it and remove it: things by their names, and EC2's,
 * which have none, by the stack's tag. IAM takes a policy of up to 6,144 characters.
 */
export function operatorPolicy(stack: StackId): Policy {
  return policy(account, ...hosts(stack), ...database(stack), ...bucket(stack), ...role(stack), budget(stack))
}

/**
 * The Sid of the statement that grants an action, or the call that is named like it; undefined when none does.
 * @param action `ec2:RunInstances`; in whatever case.
 */
export function statementFor(action: string): string | undefined {
  const wanted = grantedBy(action).toLowerCase()
  const { Statement } = operatorPolicy(placeholders)
  return Statement.find(({ Action }) => [Action].flat().some(one => one.toLowerCase() === wanted))?.Sid
}

/**
 * Budgets names its actions unlike its calls: all that reads is ViewBudget, all that writes ModifyBudget. Cost
 * Explorer's have another service's name than its client.
 */
function grantedBy(call: string): string {
  return call
    .replace(/^budgets:Describe(Budgets?|Notifications|Subscribers)\w*$/i, 'budgets:ViewBudget')
    .replace(/^costexplorer:/i, 'ce:')
    .replace(/^budgets:(Create|Update|Delete)(Budget|Notification|Subscriber)$/i, 'budgets:ModifyBudget')
}

/** Who calls, what the account may do, and what it has used and spent: none of these can be narrowed. */
const account: Statement = {
  Sid: 'Account',
  Effect: 'Allow',
  Action: [
    'sts:GetCallerIdentity',
    'freetier:GetAccountPlanState',
    'servicequotas:GetServiceQuota',
    'ce:GetCostAndUsage',
    'cloudwatch:GetMetricStatistics',
  ],
  Resource: '*',
}

function hosts(stack: StackId): Statement[] {
  const { region, account } = stack
  const here = `arn:aws:ec2:${region}:${account}`
  const creating = ['RunInstances', 'CreateSecurityGroup', 'ImportKeyPair', 'AllocateAddress']
  const asked = { [`aws:RequestTag/${tagKeys.stack}`]: stackTag(stack) }
  return [
    {
      Sid: 'HostsRead',
      Effect: 'Allow',
      // EC2 knows no narrower right to list things.
      Action: [
        'Addresses',
        'IamInstanceProfileAssociations',
        'Images',
        'InstanceCreditSpecifications',
        'InstanceTypeOfferings',
        'InstanceTypes',
        'Instances',
        'KeyPairs',
        'NetworkInterfaces',
        'SecurityGroupRules',
        'SecurityGroups',
        'Subnets',
        'Volumes',
        'Vpcs',
      ].map(what => `ec2:Describe${what}`),
      Resource: '*',
    },
    {
      Sid: 'HostsCreate',
      Effect: 'Allow',
      Action: creating.map(name => `ec2:${name}`),
      Resource: `${here}:*`,
      Condition: { StringEquals: asked },
    },
    {
      Sid: 'HostsCreateTags',
      Effect: 'Allow',
      Action: 'ec2:CreateTags',
      Resource: `${here}:*`,
      Condition: { StringEquals: { ...asked, 'ec2:CreateAction': creating } },
    },
    {
      Sid: 'HostsPlace',
      Effect: 'Allow',
      // What a host starts from and stands in is the account's, or Amazon's, and carries no tag of a stack.
      Action: ['ec2:RunInstances', 'ec2:CreateSecurityGroup', 'ec2:ModifyNetworkInterfaceAttribute'],
      Resource: [`arn:aws:ec2:${region}::image/*`, `${here}:subnet/*`, `${here}:vpc/*`],
    },
    {
      Sid: 'Hosts',
      Effect: 'Allow',
      Action: [
        'RunInstances',
        'StartInstances',
        'StopInstances',
        'TerminateInstances',
        'DescribeInstanceAttribute',
        'ModifyInstanceAttribute',
        'ModifyInstanceMetadataOptions',
        'ModifyInstanceCreditSpecification',
        'ModifyNetworkInterfaceAttribute',
        'ModifyVolume',
        'AssociateIamInstanceProfile',
        'ReplaceIamInstanceProfileAssociation',
        'GetConsoleOutput',
        'AuthorizeSecurityGroupIngress',
        'AuthorizeSecurityGroupEgress',
        'RevokeSecurityGroupIngress',
        'RevokeSecurityGroupEgress',
        'DeleteSecurityGroup',
        'DeleteKeyPair',
        'AssociateAddress',
        'DisassociateAddress',
        'ReleaseAddress',
        'CreateTags',
      ].map(name => `ec2:${name}`),
      Resource: `${here}:*`,
      Condition: { StringEquals: { [`aws:ResourceTag/${tagKeys.stack}`]: stackTag(stack) } },
    },
  ]
}

function database(stack: StackId): Statement[] {
  const names = namesOf(stack)
  const here = `arn:aws:rds:${stack.region}:${stack.account}`
  return [
    {
      Sid: 'DatabaseRead',
      Effect: 'Allow',
      Action: [
        'rds:DescribeDBInstances',
        'rds:DescribeDBParameterGroups',
        'rds:DescribeDBParameters',
        'rds:DescribeDBSnapshots',
        'rds:DescribeDBSubnetGroups',
        'rds:ListTagsForResource',
      ],
      Resource: '*',
    },
    {
      Sid: 'Database',
      Effect: 'Allow',
      Action: [
        ...['Create', 'Modify', 'Start', 'Stop', 'Reboot', 'Delete'].map(verb => `rds:${verb}DBInstance`),
        'rds:CreateDBSnapshot',
        ...['Create', 'Modify', 'Delete'].map(verb => `rds:${verb}DBSubnetGroup`),
        ...['Create', 'Modify', 'Reset', 'Delete'].map(verb => `rds:${verb}DBParameterGroup`),
        'rds:AddTagsToResource',
        'rds:RemoveTagsFromResource',
      ],
      Resource: [
        `${here}:db:${names.database}`,
        `${here}:snapshot:${names.database}-final-*`,
        `${here}:subgrp:${names.subnetGroup}`,
        `${here}:pg:${names.parameterGroup}`,
        // RDS's own option group, which every PostgreSQL stands in.
        `${here}:og:default:*`,
      ],
    },
  ]
}

function bucket(stack: StackId): Statement[] {
  const arn = `arn:aws:s3:::${namesOf(stack).bucket}`
  const settings = [
    'BucketTagging',
    'BucketPublicAccessBlock',
    'EncryptionConfiguration',
    'BucketPolicy',
    'LifecycleConfiguration',
    'BucketVersioning',
  ]
  return [
    {
      Sid: 'Bucket',
      Effect: 'Allow',
      Action: [
        's3:CreateBucket',
        's3:DeleteBucket',
        's3:ListBucket',
        's3:ListBucketVersions',
        's3:TagResource',
        ...settings.flatMap(what => [`s3:Get${what}`, `s3:Put${what}`]),
      ],
      Resource: arn,
    },
    {
      Sid: 'Objects',
      Effect: 'Allow',
      // The lock stands in the bucket; `destroy --purge` empties it.
      Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:DeleteObjectVersion'],
      Resource: `${arn}/*`,
    },
  ]
}

function role(stack: StackId): Statement[] {
  const names = namesOf(stack)
  const here = `arn:aws:iam::${stack.account}`
  return [
    {
      Sid: 'Role',
      Effect: 'Allow',
      Action: [
        'GetRole',
        'CreateRole',
        'DeleteRole',
        'TagRole',
        'UpdateAssumeRolePolicy',
        'ListRolePolicies',
        'GetRolePolicy',
        'PutRolePolicy',
        'DeleteRolePolicy',
        'ListAttachedRolePolicies',
        'DetachRolePolicy',
        'GetInstanceProfile',
        'CreateInstanceProfile',
        'DeleteInstanceProfile',
        'TagInstanceProfile',
        'AddRoleToInstanceProfile',
        'RemoveRoleFromInstanceProfile',
      ].map(name => `iam:${name}`),
      Resource: [`${here}:role/${names.role}`, `${here}:instance-profile/${names.instanceProfile}`],
    },
    {
      Sid: 'RoleToHosts',
      Effect: 'Allow',
      Action: 'iam:PassRole',
      Resource: `${here}:role/${names.role}`,
      // IfExists: to put a role into a profile asks for this right too, before any service is known.
      Condition: { StringEqualsIfExists: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
    },
    {
      Sid: 'ServiceRole',
      Effect: 'Allow',
      // RDS makes a role of its own with an account's first database.
      Action: 'iam:CreateServiceLinkedRole',
      Resource: `${here}:role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS`,
      Condition: { StringEquals: { 'iam:AWSServiceName': 'rds.amazonaws.com' } },
    },
  ]
}

function budget(stack: StackId): Statement {
  return {
    Sid: 'Budget',
    Effect: 'Allow',
    Action: [
      'budgets:ViewBudget',
      'budgets:ModifyBudget',
      'budgets:ListTagsForResource',
      'budgets:TagResource',
    ],
    Resource: `arn:aws:budgets::${stack.account}:budget/${namesOf(stack).budget}`,
  }
}
