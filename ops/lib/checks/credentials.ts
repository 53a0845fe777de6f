import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { UserError } from '../script.ts'
import { type Check, type Outcome } from './check.ts'
import { type StackContext } from './stack-context.ts'

/** Credentials that end sooner than this may not outlast the making of a database, in minutes. */
const leastMinutes = 30

/** A region that every account of AWS's commercial part has. */
const anyRegion = 'us-east-1'

/** Who this machine is on AWS, and in which account. */
export const credentialsCheck: Check<Pick<StackContext, 'stack' | 'cloud'>> = {
  id: 'credentials',
  title: 'credentials',
  needs: ['config'],
  run: async ({ stack, cloud }) => {
    const { region } = await stack()
    const opened = await cloud().catch(async error => {
      throw (await regionTrouble(region, error)) ?? error
    })
    const { expiration } = await opened.sts.config.credentials()
    return describeCaller(opened, expiration, new Date())
  },
}

/** What is to be said of a caller, and of how long its credentials last. */
export function describeCaller(
  { caller, account }: { caller: string; account: string },
  expiration: Date | undefined,
  now: Date,
): Outcome {
  const found = `${caller} in account ${account}`
  const minutes = expiration && Math.floor((expiration.getTime() - now.getTime()) / 60_000)
  if (minutes !== undefined && minutes < leastMinutes) {
    return {
      state: 'warning',
      found: `${found}, for ${Math.max(0, minutes)} minutes more`,
      fix: 'a database takes 15 minutes to make: sign in anew first (aws sso login, or new temporary keys)',
    }
  }
  if (/^arn:[^:]+:iam::\d{12}:root$/.test(caller)) {
    return {
      state: 'warning',
      found,
      fix: "this is the account's root, who may do everything: make a user with the rights of docs/operator-policy.json",
    }
  }
  return { state: 'ok', found }
}

/** A region that isn't there or isn't enabled refuses good credentials: asks another one whether they are good. */
async function regionTrouble(region: string, error: unknown): Promise<UserError | undefined> {
  const name = error instanceof Error ? error.name : ''
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const isUnknown = code === 'ENOTFOUND'
  if (region === anyRegion || !(isUnknown || /^(InvalidClientTokenId|UnrecognizedClient)/.test(name))) {
    return undefined
  }
  const elsewhere = new STSClient({ region: anyRegion, maxAttempts: 2 })
  const good = await elsewhere.send(new GetCallerIdentityCommand()).then(
    () => true,
    () => false,
  )
  if (!good) return undefined
  return new UserError(
    isUnknown
      ? `AWS has no region ${region}, though these credentials are good: set another one in wikiflow.config.ts`
      : `${region} isn't enabled in this account, though these credentials are good: enable it with \`aws account enable-region --region-name ${region}\` (it takes some minutes), or set another region in wikiflow.config.ts`,
  )
}
