import { z } from 'zod'

const summarySchema = z.object({
  verdict: z.enum(['conserved', 'not conserved']),
  totals: z.object({
    records: z.number(),
    events: z.number(),
    deadLetters: z.number(),
    lakeRows: z.number(),
    lakeObjects: z.number(),
    lag: z.number(),
  }),
})

/** What an audit says, in short. */
export type AuditSummary = z.infer<typeof summarySchema>

/** The short of what an audit puts out with `--json`; undefined when that is no report. */
export function parseSummary(text: string): AuditSummary | undefined {
  try {
    return summarySchema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
