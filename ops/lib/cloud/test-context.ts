import { join } from 'node:path'
import { namesOf, stackId } from '../stack/names.ts'
import { type Stack } from '../stack/schema.ts'
import { openCloud } from './cloud.ts'
import { type Context } from './context.ts'
import { keyFiles } from './key-files.ts'
import { toStand } from './open.ts'
import { readSurroundings } from './surroundings.ts'

/** The stack of tests: what a new `wikiflow.config.ts` says. */
export const testStack: Stack = {
  name: 'wikiflow',
  region: 'us-east-1',
  host: { type: 't3.medium', count: 1, diskGb: 30 },
  database: { class: 'db.t4g.micro', storageGb: 20, backupDays: 7 },
  operator: { cidrs: ['203.0.113.7/32'] },
  dashboard: { access: 'operator' },
  lake: { infrequentAccessAfterDays: 30 },
  pipeline: { workers: 3, lakeRotateS: 600, generation: 1 },
  budget: { creditUsd: 100 },
}

/** Credentials that an emulator takes: it checks no signature. */
export const testCredentials = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_EC2_METADATA_DISABLED: 'true',
} as const

/**
 * Opens the stack on the AWS of `process.env.AWS_ENDPOINT_URL`, for tests of single parts.
 * @param folder where its keys go.
 */
export async function testContext(
  folder: string,
  stack: Stack = testStack,
  changes: Partial<Context> = {},
): Promise<Context> {
  const cloud = await openCloud(stack.region)
  const id = stackId(stack, cloud.account)
  return {
    stack,
    id,
    names: namesOf(id),
    cloud,
    around: await readSurroundings(cloud, stack, undefined, 'paid'),
    files: keyFiles(join(folder, '.wikiflow'), id),
    ...toStand,
    ...changes,
  }
}
