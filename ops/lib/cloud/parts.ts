import { type Context } from './context.ts'
import { type Part } from './part.ts'
import { bucketPart } from './resources/bucket.ts'
import { budgetPart } from './resources/budget.ts'
import { databasePart } from './resources/database.ts'
import { addressPart } from './resources/elastic-ip.ts'
import { hostPart } from './resources/host.ts'
import { instanceProfilePart, rolePart } from './resources/iam-role.ts'
import { keyPairPart } from './resources/key-pair.ts'
import { parameterGroupPart } from './resources/parameter-group.ts'
import { databaseGroupPart, hostGroupPart } from './resources/security-groups.ts'
import { subnetGroupPart } from './resources/subnet-group.ts'

/**
 * Every part of a stack, in the order in which they are shown.
 * @param standing numbers of the hosts that exist: those over the stack's count are to be removed.
 */
export function partsOf(context: Context, standing: readonly number[]): Part[] {
  const count = context.stack.host.count
  const numbers = new Set([...Array.from({ length: count }, (_, index) => index + 1), ...standing])
  const hosts = [...numbers]
    .sort((a, b) => a - b)
    .map(number => hostPart({ ...context, wanted: context.wanted && number <= count }, number))
  return [
    bucketPart(context),
    rolePart(context),
    instanceProfilePart(context),
    hostGroupPart(context),
    databaseGroupPart(context),
    keyPairPart(context),
    subnetGroupPart(context),
    parameterGroupPart(context),
    databasePart(context),
    ...hosts,
    addressPart(context),
    budgetPart(context),
  ]
}
