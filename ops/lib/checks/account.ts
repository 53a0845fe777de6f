import { accountPlanCheck } from './account-plan.ts'
import { addressQuotaCheck } from './address-quota.ts'
import { type Check } from './check.ts'
import { configCheck } from './config.ts'
import { credentialsCheck } from './credentials.ts'
import { freePlanCheck } from './free-plan.ts'
import { regionCheck } from './region.ts'
import { type StackContext } from './stack-context.ts'
import { vcpuQuotaCheck } from './vcpu-quota.ts'

/** Of the account and the description of the stack, each after those it needs. */
export const accountChecks: readonly Check<StackContext>[] = [
  configCheck,
  credentialsCheck,
  accountPlanCheck,
  regionCheck,
  freePlanCheck,
  vcpuQuotaCheck,
  addressQuotaCheck,
]
