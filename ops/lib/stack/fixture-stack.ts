import { type StackDescription } from './schema.ts'

/** A description that says all that must be said, as `npx zx ops/init.ts` writes it. */
export const description: StackDescription = {
  name: 'wikiflow',
  region: 'us-east-1',
  host: { type: 't3.medium', count: 1, diskGb: 30 },
  database: { class: 'db.t4g.micro', storageGb: 20, backupDays: 7 },
  operator: { cidrs: ['203.0.113.7/32'] },
  dashboard: { access: 'operator' },
  lake: { infrequentAccessAfterDays: 30 },
  budget: { creditUsd: 100 },
}
