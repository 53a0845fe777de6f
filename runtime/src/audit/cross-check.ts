import { type CrossCheck, crossCheckQuery, crossChecks, selfChecks } from './cross-check-queries.ts'
import { type Query } from './cut.ts'
import { type Finding } from './findings.ts'

/** One bucket of time in which tables disagree. */
type Disagreement = { at: Date; key: string; values: string[] }
type Answers = Record<CrossCheck['name'], Disagreement[]>

/** Disagreements of a kind that are looked at; past this the rest is alike. */
const limit = 200

/** Buckets of event time, ms since 1970: from the first on, before the second. */
export type Times = { fromMs: number; toMs: number }

/**
 * Holds the metric tables against each other, in those buckets that all of them still have.
 * @param horizons rows older than this are gone or about to go, by table
 * @throws the database's error.
 */
export async function crossCheck(
  query: Query,
  horizons: ReadonlyMap<string, Date>,
  times: Times,
): Promise<Finding[]> {
  const answers: Answers = { events: [], feed: [], wikis: [], logs: [], pages: [], users: [] }
  const feedFromMs = Math.max(commonHorizon(feedCheck, horizons), times.fromMs)
  for (const check of crossChecks) {
    const fromMs = Math.max(commonHorizon(check, horizons), times.fromMs)
    // Where the feed still has the minute it is one more voice, so the check without it ends there.
    const toMs = check.name === 'events' ? Math.min(times.toMs, feedFromMs) : times.toMs
    if (fromMs < toMs) {
      answers[check.name] = await query<Disagreement>(crossCheckQuery(check, limit), [
        postgresTime(fromMs),
        postgresTime(toMs),
      ])
    }
  }
  return attribute(answers)
}

/** Rows that contradict themselves, which no sum over rows shows. @throws the database's error. */
export async function selfCheck(query: Query): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const check of selfChecks) {
    const rows = await query<{ at: Date; key: string }>(`${check.query} ORDER BY 1 LIMIT ${limit}`)
    for (const { at, key } of rows) {
      const says = `the row of ${key} contradicts itself: ${check.says}`
      findings.push({ kind: 'metric_wrong', subject: check.table, at: at.toISOString(), key, says })
    }
  }
  return findings
}

const feedCheck = crossChecks.find(({ name }) => name === 'feed') ?? { bucket: 'minute', sides: [] }

/** The first bucket that every side has whole. */
function commonHorizon(
  { bucket, sides }: Pick<CrossCheck, 'bucket' | 'sides'>,
  horizons: ReadonlyMap<string, Date>,
): number {
  const unit = bucket === 'hour' ? 3_600_000 : 60_000
  const times = sides.map(({ table }) => horizons.get(table)?.getTime() ?? 0)
  return Math.ceil(Math.max(0, ...times) / unit) * unit
}

/** PostgreSQL knows no time past the year 294276; a bound that is none stands for the end of time. */
function postgresTime(ms: number): Date | 'infinity' {
  return Number.isFinite(ms) ? new Date(ms) : 'infinity'
}

/**
 * Says which table is wrong: the one that is outvoted; between two, the one that disagrees with others as well; both
 * where nothing tells them apart. What follows from a table that is named already is not named again. Pure.
 */
function attribute(answers: Answers): Finding[] {
  const findings: Finding[] = []
  /** Minutes and hours in which activity_minute, the common side, is known to be wrong. */
  const activity = new Set<number>()
  const minutes = new Set<number>()
  const blame = (subject: string, row: Disagreement, expected: string, found: string) => {
    if (subject.startsWith('activity_minute')) {
      activity.add(row.at.getTime())
      activity.add(hourOf(row.at))
    }
    minutes.add(row.at.getTime())
    findings.push(finding(subject, row, expected, found))
  }
  for (const [name, rows] of [
    ['events', answers.events],
    ['feed', answers.feed],
  ] as const) {
    const tables = crossChecks.find(check => check.name === name)?.sides.map(({ table }) => table) ?? []
    for (const row of rows) {
      const common = majority(row.values)
      for (const [side, value] of row.values.entries()) {
        if (value !== common) blame(tables[side] ?? '', row, common ?? row.values.join(' or '), value)
      }
    }
  }
  const has = (rows: readonly Disagreement[], at: number, key: string) =>
    rows.some(row => row.at.getTime() === at && (row.key === key || row.key.startsWith(`${key}, `)))
  for (const row of answers.wikis) {
    if (minutes.has(row.at.getTime())) continue
    const isActivity =
      has(answers.logs, row.at.getTime(), row.key) || has(answers.pages, hourOf(row.at), row.key)
    const [ours = '', other = ''] = row.values
    blame(isActivity ? 'activity_minute' : 'activity_minute or namespace_minute', row, other, ours)
  }
  for (const row of answers.logs) {
    const [expected = '', found = ''] = row.values
    if (!activity.has(row.at.getTime()))
      findings.push(finding('log_minute or activity_minute', row, expected, found))
  }
  const users = new Set(answers.users.map(row => row.at.getTime()))
  const pages = new Set(answers.pages.map(row => row.at.getTime()))
  const hourly = [
    ['page_hour', answers.pages, users],
    ['user_hour', answers.users, pages],
  ] as const
  for (const [table, rows, others] of hourly) {
    for (const row of firstMeasures(rows)) {
      const at = row.at.getTime()
      if (activity.has(at)) continue
      const [ours = '', theirs = ''] = row.values
      if (others.has(at)) blame('activity_minute', row, theirs, ours)
      else findings.push(finding(`${table} or activity_minute`, row, ours, theirs))
    }
  }
  return findings
}

/** Of the measures of one wiki or kind of editor, the last part of the key, the first that differs stands for all. */
function firstMeasures(rows: readonly Disagreement[]): Disagreement[] {
  const seen = new Set<string>()
  return rows.toReversed().filter(({ at, key }) => {
    const of = `${at.getTime()} ${key.slice(0, key.lastIndexOf(', '))}`
    return !seen.has(of) && seen.add(of)
  })
}

function finding(subject: string, row: Disagreement, expected: string, found: string): Finding {
  const where = row.key === '' ? '' : ` for ${row.key}`
  return {
    kind: 'metric_wrong',
    subject,
    at: row.at.toISOString(),
    ...(row.key !== '' && { key: row.key }),
    expected,
    found,
    says: `its sum${where} is ${found}, where the other tables have ${expected}`,
  }
}

/** The value that more than half share, or undefined. */
function majority(values: readonly string[]): string | undefined {
  return values.find(value => values.filter(other => other === value).length * 2 > values.length)
}

function hourOf(at: Date): number {
  return Math.floor(at.getTime() / 3_600_000) * 3_600_000
}
