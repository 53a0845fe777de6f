/**
 * The whole pipeline on this machine, as `npm start` has it, fed as fast as it takes events: how many a second go through
 * to the counts and to the lake, beside what Wikimedia sends. `node bench/pipeline.ts`.
 */
import { createStack } from '../test/system/stack.ts'

const events = 60_000
/** More than the pipeline takes: ingest holds the source back. */
const offered = 20_000
const patienceMs = 600_000

/** Events a second of Wikimedia's stream: the mean of a day, and its fullest second (measured on the live stream). */
const wikimedia = { mean: 37.4, peak: 114 }

const stack = await createStack()
try {
  stack.start(['--source', 'simulate', '--rate', String(offered), '--events', String(events)], {
    LAKE_ROTATE_S: '10',
  })
  type Sum = { n: number }
  const counted = 'SELECT coalesce(sum(events + dead), 0)::int AS n FROM count_ledger'
  const written = 'SELECT coalesce(sum(rows), 0)::int AS n FROM lake_range WHERE written_at IS NOT NULL'
  const reaches = (least: number) => (rows: Sum[]) => (rows[0]?.n ?? 0) >= least
  const [first] = await stack.until<Sum>(counted, reaches(1), patienceMs)
  const begun = performance.now()
  await stack.until<Sum>(counted, reaches(events), patienceMs)
  const countedIn = (performance.now() - begun) / 1_000
  await stack.until<Sum>(written, reaches(events), patienceMs)
  const writtenIn = (performance.now() - begun) / 1_000
  const { code } = await stack.audit()
  const line = (name: string, rate: number) =>
    console.log(
      `${name.padEnd(12)} ${Math.round(rate)} events/s = ${(rate / wikimedia.mean).toFixed(0)} × Wikimedia's mean, ${(rate / wikimedia.peak).toFixed(0)} × its peak`,
    )
  line('counted', (events - (first?.n ?? 0)) / countedIn)
  line('in the lake', events / writtenIn)
  console.log(code === 0 ? 'conserved' : 'NOT conserved')
} finally {
  await stack.remove()
}
