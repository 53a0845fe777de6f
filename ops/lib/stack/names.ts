import { type Stack } from './schema.ts'

/** What identifies a stack on AWS: its things carry these, in tags or in their names. */
export type StackId = { name: string; region: string; account: string }

/**
 * Names of a stack's things. IAM's and Budgets' names are the account's, so they hold the region; a bucket's is
 * the world's, so it holds the account too.
 */
export function namesOf({ name, region, account }: StackId) {
  return {
    bucket: `${name}-${account}-${region}`,
    role: `${name}-${region}-host`,
    instanceProfile: `${name}-${region}-host`,
    hostGroup: `${name}-host`,
    databaseGroup: `${name}-database`,
    keyPair: name,
    subnetGroup: name,
    parameterGroup: `${name}-postgres18`,
    database: name,
    host: (number: number) => `${name}-host-${number}`,
    address: name,
    budget: `${name}-${region}`,
  } as const
}

/** Names as in `namesOf`. */
export type Names = ReturnType<typeof namesOf>

/** Which stack this is in this account. */
export function stackId(stack: Pick<Stack, 'name' | 'region'>, account: string): StackId {
  return { name: stack.name, region: stack.region, account }
}
