import { type Stack } from '../ops/lib/stack/schema.ts'

/** The stack of the migration document, for tests. */
export const testStack: Stack = {
  name: 'wikiflow',
  region: 'us-east-1',
  host: { type: 't3.medium', count: 1, diskGb: 30 },
  database: { class: 'db.t4g.micro', storageGb: 20, backupDays: 7 },
  operator: { cidrs: ['203.0.113.7/32'] },
  dashboard: { access: 'operator' },
  lake: { infrequentAccessAfterDays: 30 },
  budget: { creditUsd: 100 },
}
