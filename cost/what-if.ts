import { UserError } from '../ops/lib/script.ts'
import { type Stack, stackSchema } from '../ops/lib/stack/schema.ts'
import { type Assumptions, assumedOf } from './assumptions.ts'
import { whyNotFit } from './needs.ts'

/** Flags that ask about another stack, for `parseArgs` of `node:util`. */
export const whatIfOptions = {
  host: { type: 'string' },
  nodes: { type: 'string' },
  disk: { type: 'string' },
  db: { type: 'string' },
  storage: { type: 'string' },
  events: { type: 'string' },
  rotate: { type: 'string' },
  retention: { type: 'string' },
  lake: { type: 'string' },
  viewers: { type: 'string' },
  'cpu-credits': { type: 'string' },
  paused: { type: 'string' },
} as const

/** The flags as they were given. */
export type WhatIfFlags = { [flag in keyof typeof whatIfOptions]?: string | undefined }

/** The help of these flags. */
export const whatIfHelp = `  --host TYPE               another EC2 type, such as t4g.medium
  --nodes N                 so many hosts, 1 to 9
  --disk GB                 of each host
  --db CLASS                another RDS class, such as db.t4g.small
  --storage GB              of the database
  --events 5000/s           events a second, or a day: 3000000/day
  --rotate S                seconds between two files of a partition (LAKE_ROTATE_S), 1 to 600
  --retention 30d           how long counts by the minute are kept (RETENTION_MINUTES_DAYS)
  --lake 90d                how long the lake's files are kept
  --viewers N               pages of the dashboard that are open round the clock, 0 to 200
  --cpu-credits MODE        standard (slowed) or unlimited (billed)
  --paused 10d              days of the month on which it is paused, in one piece`

/** What was asked about. */
export type WhatIf = { stack: Stack; assumptions: Assumptions; changes: readonly string[] }

/** How the stack's fields are called on the command line. */
const flagOf: Readonly<Record<string, string>> = {
  'host.type': '--host',
  'host.count': '--nodes',
  'host.diskGb': '--disk',
  'database.class': '--db',
  'database.storageGb': '--storage',
  'lake.deleteAfterDays': '--lake',
}

/**
 * The stack and what is assumed of it with the flags' changes; undefined when there are none.
 * @throws UserError that names each wrong flag, its value and what is allowed.
 */
export function whatIf(
  stack: Stack,
  flags: WhatIfFlags,
  assumptions: Assumptions = assumedOf(stack),
): WhatIf | undefined {
  const given = Object.entries(flags).filter(([, value]) => value !== undefined)
  if (given.length === 0) return undefined
  const wrong: string[] = []
  const read = <T>(
    flag: keyof WhatIfFlags,
    allowed: string,
    parse: (text: string) => T | undefined,
  ): T | undefined => {
    const text = flags[flag]
    if (text === undefined) return undefined
    const value = parse(text)
    if (value === undefined) wrong.push(`--${flag} ${JSON.stringify(text)}; allowed: ${allowed}`)
    return value
  }
  const nodes = read('nodes', 'a whole number from 1 to 9', whole)
  const disk = read('disk', 'a whole number from 20 to 1000, in GB', whole)
  const storage = read('storage', 'a whole number from 20 to 1000, in GB', whole)
  const lake = read('lake', 'days such as 90d', days)
  const changed: Stack = {
    ...stack,
    host: {
      type: flags.host ?? stack.host.type,
      count: nodes ?? stack.host.count,
      diskGb: disk ?? stack.host.diskGb,
    },
    database: {
      ...stack.database,
      class: flags.db ?? stack.database.class,
      storageGb: storage ?? stack.database.storageGb,
    },
    lake: lake === undefined ? stack.lake : { ...stack.lake, deleteAfterDays: lake },
  }
  const minutesDays = read('retention', 'days such as 30d, up to 36500d', text =>
    between(1, 36_500, days(text)),
  )
  const others: Assumptions = {
    ...assumptions,
    ...defined({
      eventsPerSecond: read('events', 'events such as 5000/s or 3000000/day, up to 1000000/s', rate),
      rotateS: read('rotate', 'whole seconds from 1 to 600', text => between(1, 600, whole(text))),
      viewers: read('viewers', 'a whole number from 0 to 200', text => between(0, 200, whole(text))),
      cpuCredits: read('cpu-credits', 'standard or unlimited', mode),
      pausedDays: read('paused', 'days such as 10d, up to 30d', text => between(0, 30, days(text))),
      ...(minutesDays === undefined ? {} : { retention: { ...assumptions.retention, minutesDays } }),
    }),
  }
  const { error } = stackSchema.safeParse(changed)
  for (const { path, message } of error?.issues ?? []) {
    const field = path.join('.')
    const flag = flagOf[field]?.slice(2) as keyof WhatIfFlags | undefined
    wrong.push(
      `${flagOf[field] ?? field} ${JSON.stringify(flag ? flags[flag] : undefined) ?? ''}; allowed: ${message}`,
    )
  }
  if (wrong.length > 0) throw new UserError(wrong.join('\n'))
  return {
    stack: changed,
    assumptions: others,
    changes: [
      ...given.map(([flag, value]) => `--${flag} ${value}`),
      ...whyNotFit(changed, others).map(why => `it doesn't hold the pipeline: ${why}`),
    ],
  }
}

function whole(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined
}

function days(text: string): number | undefined {
  const [, count] = /^(\d{1,6})d?$/.exec(text) ?? []
  return count === undefined ? undefined : Number(count)
}

/** `5000/s`, `3200000/day`, or a bare number for events a second. */
function rate(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,12}(?:\.\d{1,3})?)(?:\/(s|day))?$/.exec(text) ?? []
  return count === undefined
    ? undefined
    : between(0, 1e6, unit === 'day' ? Number(count) / 86_400 : Number(count))
}

function mode(text: string): Assumptions['cpuCredits'] | undefined {
  return text === 'standard' || text === 'unlimited' ? text : undefined
}

function between(least: number, most: number, value: number | undefined): number | undefined {
  return value !== undefined && value >= least && value <= most ? value : undefined
}

function defined<T extends object>(object: T): { [key in keyof T]?: Exclude<T[key], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [key in keyof T]?: Exclude<T[key], undefined>
  }
}
