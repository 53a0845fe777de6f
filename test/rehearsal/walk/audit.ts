import { z } from 'zod'
import { type Machine } from '../machines/machine.ts'
import { containerOf } from './containers.ts'

/** A full audit reads the whole log; on a loaded machine that takes a while, in ms. */
const auditMs = 480_000

const reportSchema = z.object({
  verdict: z.string(),
  totals: z.object({
    records: z.number(),
    events: z.number(),
    deadLetters: z.number(),
    lakeRows: z.number(),
    lag: z.number(),
  }),
  source: z.object({ happened: z.number().optional(), counted: z.number() }).optional(),
})

/** What an audit says: the exit code 0 means that nothing was lost, and nothing counted twice. */
export type Audited = z.output<typeof reportSchema> & { code: number; said: string }

/** The books alone, which is quick, or every record of the log as well. */
export type AuditDepth = 'books' | 'full'

/** Audits a stack from within its batch container, as the runbook does. @param tallyUrl what the source sent. */
export async function audit(
  machine: Machine,
  stack: string,
  tallyUrl: string,
  depth: AuditDepth = 'books',
): Promise<Audited> {
  const container = await containerOf(machine, stack, 'batch')
  const { code, stdout, stderr } = await machine.run(
    'container=$1; shift; exec docker exec "$container" node runtime/src/audit/main.ts --json "$@"',
    [container, '--source-tally', tallyUrl, ...(depth === 'books' ? ['--quick'] : [])],
    { timeoutMs: auditMs },
  )
  if (code === 1 || !stdout) throw new Error(`the audit couldn't tell: ${stderr}`)
  return { ...reportSchema.parse(JSON.parse(stdout)), code, said: stdout }
}
