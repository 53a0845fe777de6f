import { composeStep } from './compose-step.ts'
import { checkStep, runStep, shipStep } from './deploy-steps.ts'
import { bucketStep, databaseStep, hostStep } from './infrastructure-steps.ts'
import { batchStep, localTestStep, streamStep } from './local-steps.ts'
import { type Step } from './step.ts'

/** The ten steps of the migration, in their order; each needs those of the phases before it. */
export const steps: readonly Step[] = [
  composeStep,
  streamStep,
  batchStep,
  localTestStep,
  databaseStep,
  bucketStep,
  hostStep,
  shipStep,
  runStep,
  checkStep,
]
