import { pipelineSchema } from '../stack/pipeline.ts'
import { type Stack } from '../stack/schema.ts'

/** The stack that `ops/init.ts` describes (`ops/lib/stack/template.ts`): what is planned with before it was run. */
export const usualStack: Stack = {
  name: 'wikiflow',
  region: 'us-east-1',
  host: { type: 't3.medium', count: 1, diskGb: 30 },
  database: { class: 'db.t4g.micro', storageGb: 20, backupDays: 7 },
  operator: { cidrs: [] },
  dashboard: { access: 'operator' },
  lake: { infrequentAccessAfterDays: 30 },
  pipeline: pipelineSchema.parse({}),
  budget: { creditUsd: 100 },
}
