import { statementFor } from '../operator-policy.ts'
import { callInWords, type Failure, type InWords } from './failure.ts'

const denied =
  /^(AccessDenied(Exception|Fault)?|UnauthorizedOperation|Client\.UnauthorizedOperation|UnauthorizedException|AuthorizationError|NotAuthorized|Forbidden|HTTP 403)$/

/** A missing permission: which action, and what would grant it. */
export const permissionInWords: InWords = failure => {
  if (!denied.test(failure.name) && !/is not authorized to perform: /.test(failure.message)) return undefined
  const action = deniedAction(failure)
  const what = action
    ? `${callerIn(failure.message)} may not ${action}`
    : `AWS refused ${callInWords(failure)} (${failure.name})`
  return `${what}${resourceIn(failure.message)}: ${remedy(failure.message, action)}`
}

/** The action that was refused: AWS names it, but not in answers of S3 without a body. */
function deniedAction({ message, call }: Pick<Failure, 'message' | 'call'>): string | undefined {
  const named = /not authorized to perform: ([a-z0-9-]+:\w+)/i.exec(message)?.[1]
  if (named) return named
  if (!call) return undefined
  const service = call.service === 'CostExplorer' ? 'ce' : call.service.toLowerCase()
  return `${service}:${actionsOfCalls[call.command] ?? call.command}`
}

/** Actions that aren't named as their calls (Service Authorization Reference, Amazon S3 and AWS Budgets). */
const actionsOfCalls: Record<string, string> = {
  HeadBucket: 'ListBucket',
  ListObjectsV2: 'ListBucket',
  ListObjectVersions: 'ListBucketVersions',
  HeadObject: 'GetObject',
  DeleteObjects: 'DeleteObject',
  CreateMultipartUpload: 'PutObject',
  GetBucketEncryption: 'GetEncryptionConfiguration',
  PutBucketEncryption: 'PutEncryptionConfiguration',
  GetBucketLifecycleConfiguration: 'GetLifecycleConfiguration',
  PutBucketLifecycleConfiguration: 'PutLifecycleConfiguration',
  GetPublicAccessBlock: 'GetBucketPublicAccessBlock',
  PutPublicAccessBlock: 'PutBucketPublicAccessBlock',
  DescribeBudget: 'ViewBudget',
  DescribeBudgets: 'ViewBudget',
  DescribeNotificationsForBudget: 'ViewBudget',
  DescribeSubscribersForNotification: 'ViewBudget',
  CreateBudget: 'ModifyBudget',
  UpdateBudget: 'ModifyBudget',
  DeleteBudget: 'ModifyBudget',
  CreateNotification: 'ModifyBudget',
  CreateSubscriber: 'ModifyBudget',
}

function remedy(message: string, action: string | undefined): string {
  if (/service control polic/i.test(message)) {
    return 'a service control policy of the organization forbids it, which no policy of this account can lift; ask who runs the organization, or use another account'
  }
  if (/permissions boundary/i.test(message)) {
    return "the permissions boundary of this user or role doesn't allow it; ask who set the boundary"
  }
  if (/explicit deny/i.test(message)) {
    const where = /explicit deny in an? ([\w -]+?)(?: policy)?(?:[:.,]|$)/i.exec(message)?.[1]
    return `${where ? `a policy (${where}) denies it expressly` : 'a policy denies it expressly'}, which granting it doesn't lift; remove that denial`
  }
  const statement = action === undefined ? undefined : statementFor(action)
  return statement
    ? `it is in statement ${statement} of docs/operator-policy.json; attach that policy to this user or role`
    : 'attach the policy docs/operator-policy.json to this user or role'
}

function callerIn(message: string): string {
  return /User: (arn:[^\s]+)/.exec(message)?.[1] ?? 'this user or role'
}

function resourceIn(message: string): string {
  const resource = /on resource: (\S+?)[.,]?(?:\s|$)/.exec(message)?.[1]
  return resource && resource !== '*' ? ` on ${resource}` : ''
}
