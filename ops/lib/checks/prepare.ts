import { accountChecks } from './account.ts'
import { type Check } from './check.ts'
import { dockerCheck } from './docker.ts'
import { gitCheck } from './git.ts'
import { localStackCheck } from './local-stack.ts'
import { namesCheck } from './names.ts'
import { nodeCheck } from './node.ts'
import { pricesCheck } from './prices.ts'
import { releaseCheck } from './release.ts'
import { sshCheck } from './ssh.ts'
import { type StackContext } from './stack-context.ts'

/** What must be right before anything is made on AWS, each after those it needs. */
export const prepareChecks: readonly Check<StackContext>[] = [
  nodeCheck,
  sshCheck,
  dockerCheck,
  gitCheck,
  ...accountChecks,
  namesCheck,
  pricesCheck,
  releaseCheck,
  localStackCheck,
]
