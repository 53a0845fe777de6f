import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, vi } from 'vitest'
import { type Moto, startMoto } from '../../../test/engines/moto.ts'
import { type Stack } from '../stack/schema.ts'
import { applyPlan } from './apply.ts'
import { type Context } from './context.ts'
import { type Part } from './part.ts'
import { makePlan, type PlanOptions } from './plan.ts'
import { testContext, testCredentials, testStack } from './test-context.ts'

/** A stack's parts on moto. */
export type PartsOnMoto = {
  /** Opens a stack there: `testStack` but for the changes. */
  open(stack?: Partial<Stack>, changes?: Partial<Context>): Promise<Context>
}

/** Starts moto before a file's tests and stops it after them; AWS's clients are pointed at it meanwhile. */
export function partsOnMoto(): PartsOnMoto {
  let moto: Moto | undefined
  const folder = mkdtempSync(join(tmpdir(), 'wikiflow-cloud-'))
  beforeAll(async () => {
    moto = await startMoto()
    for (const [name, value] of Object.entries({ ...testCredentials, AWS_ENDPOINT_URL: moto.url }))
      vi.stubEnv(name, value)
  })
  afterAll(async () => {
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true })
    await moto?.stop()
  })
  return {
    open: (stack = {}, changes = {}) => testContext(folder, { ...testStack, ...stack }, changes),
  }
}

/** What a plan said, each line as `action part: property (kind), …`, and what its execution failed with. */
export type Outcome = { lines: string[]; obstacles: string[]; failures: string[] }

/** Plans parts and, when nothing stands against it, applies the plan. */
export async function provision(
  { id }: Pick<Context, 'id'>,
  parts: readonly Part[],
  options: PlanOptions = {},
): Promise<Outcome> {
  const plan = await makePlan(parts, options)
  const lines = plan.steps.map(({ action, part, differences }) => {
    const what = differences.map(({ property, kind }) => `${property} (${kind})`).join(', ')
    return `${action} ${part.id}${what && `: ${what}`}`
  })
  const obstacles = plan.obstacles.map(({ why }) => why)
  if (obstacles.length > 0) return { lines, obstacles, failures: [] }
  const { failures } = await applyPlan(id, plan, () => {})
  return { lines, obstacles, failures: failures.map(({ error }) => String(error)) }
}
