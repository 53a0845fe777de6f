import { z } from 'zod'
import { type Query } from './cut.ts'
import { type SourceReport } from './report.ts'
import { number } from './words.ts'

/** The part of the simulator's tally that is compared. */
const tallySchema = z.object({ happened: z.number(), sent: z.object({ unique: z.number() }) })

/** How long the simulator may take to answer, in ms. */
const answerMs = 5_000

/**
 * Holds the simulator's own tally against what was counted of it: as information, for the pipeline joins a stream
 * that is under way, and the tally goes on while it is asked.
 * @throws the database's error; a simulator that doesn't answer is told in the report.
 */
export async function compareTally(url: string, query: Query): Promise<SourceReport> {
  const rows = await query<{ n: string }>('SELECT coalesce(sum(simulated), 0) AS n FROM flow_minute')
  const counted = Number(rows[0]?.n ?? 0)
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(answerMs) })
    const { happened, sent } = tallySchema.parse(await response.json())
    return { happened, sent: sent.unique, counted, says: tellTally(happened, counted) }
  } catch (error) {
    const reason = error instanceof z.ZodError ? 'it answers with something else' : String(error)
    const says = `the simulator's tally at ${url} can't be read, so it is not compared (${reason})`
    return { happened: undefined, sent: undefined, counted, says }
  }
}

/** The comparison as a sentence. Pure. */
export function tellTally(happened: number, counted: number): string {
  if (counted > happened) {
    return `more simulated events were counted (${number(counted)}) than the simulator has made (${number(happened)})`
  }
  return counted === happened
    ? `the simulator made ${number(happened)} events, and all of them are counted`
    : `the simulator made ${number(happened)} events so far, and ${number(counted)} of them are counted by the cut`
}
