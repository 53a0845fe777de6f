import { accountPlanCheck } from './account-plan.ts'
import { addressQuotaCheck } from './address-quota.ts'
import { type Check } from './check.ts'
import { configCheck } from './config.ts'
import { credentialsCheck } from './credentials.ts'
import { dockerCheck } from './docker.ts'
import { freePlanCheck } from './free-plan.ts'
import { gitCheck } from './git.ts'
import { localStackCheck } from './local-stack.ts'
import { namesCheck } from './names.ts'
import { nodeCheck } from './node.ts'
import { pricesCheck } from './prices.ts'
import { regionCheck } from './region.ts'
import { releaseCheck } from './release.ts'
import { sshCheck } from './ssh.ts'
import { type StackContext } from './stack-context.ts'
import { vcpuQuotaCheck } from './vcpu-quota.ts'

/** What must be right before anything is made on AWS, each after those it needs. */
export const prepareChecks: readonly Check<StackContext>[] = [
  nodeCheck,
  sshCheck,
  dockerCheck,
  gitCheck,
  configCheck,
  credentialsCheck,
  accountPlanCheck,
  regionCheck,
  freePlanCheck,
  vcpuQuotaCheck,
  addressQuotaCheck,
  namesCheck,
  pricesCheck,
  releaseCheck,
  localStackCheck,
]
