import { UserError } from '../script.ts'
import { type ColumnFlags } from './columns.ts'
import { type Comparison, compare } from './compare.ts'
import { mostShiftMs } from './fit.ts'
import { type Span } from './model.ts'
import { type OldCounts } from './old-counts.ts'
import { readOldCsv } from './old-csv.ts'
import { readOldDatabase } from './old-postgres.ts'
import { type OldPlace } from './old-url.ts'
import { minuteMs } from './our-minutes.ts'
import { type Ours } from './ours.ts'
import { namedWikis } from './parts.ts'
import { waiting } from './progress.ts'
import { type Report } from './render.ts'
import { clock, minute, stretch } from './words.ts'

/** What is to be compared. */
export type Question = {
  place: OldPlace
  columns: ColumnFlags & { table?: string | undefined }
  fromMs: number | undefined
  toMs: number | undefined
}

/**
 * Reads both, and holds them against each other.
 * @throws UserError when one of them can't be read, or when they have too little time in common.
 */
export async function compareWith(ours: Ours, { place, columns, ...asked }: Question): Promise<Report> {
  const extent = await waiting('asking ours what is counted', ours.extent())
  const within: Span = {
    fromMs: Math.max(asked.fromMs ?? extent.fromMs, extent.fromMs),
    toMs: Math.min(asked.toMs ?? extent.toMs, extent.toMs),
  }
  if (within.fromMs >= within.toMs) throw nothingAsked(extent)
  const around = { fromMs: within.fromMs - mostShiftMs, toMs: within.toMs + mostShiftMs }
  const old = await waiting(
    'reading the old counts',
    'file' in place ? readOldCsv(place.file, columns, around) : readOldDatabase(place.url, columns, around),
  )
  const span = meeting(old, within)
  const counts = await waiting('reading ours', ours.minutes(span, namedWikis(old)))
  const comparison = compare(old, counts, within)
  return { ...comparison, sources: { old: old.source, ours: ours.source }, next: nextOf(comparison, ours) }
}

/** Our minutes that may be those of an old window, whatever zone its times are in. */
function meeting({ windows, source }: OldCounts, within: Span): Span {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const start of windows.keys()) {
    first = Math.min(first, start)
    last = Math.max(last, start)
  }
  const fromMs = Math.max(within.fromMs, floorMinute(first) - mostShiftMs)
  const toMs = Math.min(within.toMs, floorMinute(last) + 2 * mostShiftMs)
  if (fromMs < toMs) return { fromMs, toMs }
  throw new UserError(
    `${source} has nothing in ${stretch(clock(within.fromMs), clock(within.toMs))} UTC, which ours counted, nor 14 hours around it: let both run side by side for a while`,
  )
}

function floorMinute(ms: number): number {
  return Math.floor(ms / minuteMs) * minuteMs
}

function nothingAsked({ fromMs, toMs }: Span): UserError {
  return new UserError(
    `ours has whole minutes from ${minute(clock(fromMs))} to ${minute(clock(toMs))} UTC, and --from and --to leave none of them`,
  )
}

/** A stack of which the log isn't empty goes on where it is: only another one begins at a time. */
function nextOf({ verdict, oldUntil, from, to }: Comparison, { isDeployed, flags }: Ours): string {
  const audit = ['npx zx ops/audit.ts', ...flags].join(' ')
  const stretchOfIt = `${minute(from)} to ${minute(to)} UTC`
  if (verdict === 'unexplained') {
    return `${audit}, and if ours is conserved, look at what the old pipeline logged from ${stretchOfIt}`
  }
  if (!isDeployed) return `npx zx ops/deploy.ts --since ${oldUntil}`
  return `${audit}, then read ours from ${oldUntil} on, and stop the old pipeline`
}
