import { visible } from '../cloud/fact-text.ts'
import { UserError } from '../script.ts'
import { type Dimension } from './old-counts.ts'

/** What columns of the old table are for. Without `count` each of its rows is one event. */
export type Columns = { time: string; count?: string; end?: string } & Partial<Record<Dimension, string>>

/** The flags that name them: a column's name; `events` says that each row is one event. */
export type ColumnFlags = {
  time?: string | undefined
  count?: string | undefined
  wiki?: string | undefined
  type?: string | undefined
  bot?: string | undefined
  events?: boolean | undefined
}

const counted = [
  'event',
  'events',
  'edit',
  'edits',
  'change',
  'changes',
  'record',
  'records',
  'message',
  'messages',
]

/** Names that columns have in such tables, in small letters alone, the likeliest first. */
const likely: Record<'time' | 'count' | 'end' | Dimension, readonly string[]> = {
  time: [
    ...['windowstart', 'start', 'starttime', 'startts', 'minute', 'bucket', 'timebucket', 'window', 'hour'],
    ...['eventtime', 'eventts', 'eventdt', 'metadt', 'dt', 'timestamp', 'ts', 'time', 'datetime', 'date'],
    ...['createdat', 'insertedat', 'processedat', 'processingtime', 'ingestedat', 'windowend', 'end'],
  ],
  count: [
    ...['count', 'cnt', 'n', 'num', 'total', 'events', 'edits', 'changes', 'records', 'messages'],
    ...counted.flatMap(what => ['count', 'cnt', 'total', 'num'].flatMap(word => [what + word, word + what])),
    'value',
  ],
  end: ['windowend', 'end', 'endtime', 'endts'],
  wiki: ['wiki', 'domain', 'metadomain', 'servername', 'project', 'site', 'wikiname', 'wikiid', 'wikidb'],
  type: ['type', 'eventtype', 'changetype', 'edittype'],
  bot: ['bot', 'isbot'],
}

/** A column as a table or a file has it; `isTime` and `isNumber` where its type, or its content, can be read so. */
export type FoundColumn = { name: string; isTime: boolean; isNumber: boolean }

/**
 * Which columns mean what: as the flags say, otherwise by their names; a time may have any, where it is the only one.
 * @returns undefined where no column could be the time.
 * @throws UserError for a flag that names a column which isn't there.
 */
export function chooseColumns(
  found: readonly FoundColumn[],
  flags: ColumnFlags,
  where: string,
): Columns | undefined {
  const named = (role: 'time' | 'count' | Dimension): string | undefined => {
    const flag = flags[role]
    if (flag === undefined || found.some(({ name }) => name === flag)) return flag
    const there = found.map(({ name }) => visible(name)).join(', ')
    throw new UserError(`${where} has no column ${visible(flag)} (--${role}); there is: ${there}`)
  }
  const guess = (role: keyof typeof likely, fits: (column: FoundColumn) => boolean) =>
    likeliest(likely[role], found.filter(fits))
  const times = found.filter(({ isTime }) => isTime)
  const onlyTime = times.length === 1 ? times[0]?.name : undefined
  const time = named('time') ?? guess('time', ({ isTime }) => isTime) ?? onlyTime
  if (time === undefined) return undefined
  const other = ({ name }: FoundColumn) => name !== time
  const count = flags.events
    ? undefined
    : (named('count') ?? guess('count', one => other(one) && one.isNumber && !one.isTime))
  const end = guess('end', one => other(one) && one.isTime)
  const dimension = (role: Dimension) => named(role) ?? guess(role, one => other(one) && one.name !== count)
  const [wiki, type, bot] = [dimension('wiki'), dimension('type'), dimension('bot')]
  return {
    time,
    ...(count !== undefined && { count }),
    ...(count !== undefined && end !== undefined && { end }),
    ...(wiki !== undefined && { wiki }),
    ...(type !== undefined && { type }),
    ...(bot !== undefined && { bot }),
  }
}

/** The column whose name comes first in the list; undefined where none is in it. */
function likeliest(names: readonly string[], found: readonly FoundColumn[]): string | undefined {
  const rank = ({ name }: FoundColumn) => names.indexOf(name.toLowerCase().replaceAll(/[^a-z]/g, ''))
  return found.filter(one => rank(one) >= 0).sort((a, b) => rank(a) - rank(b))[0]?.name
}

/** The columns in words: `time window_start, count count, wiki domain`. */
export function columnsInWords({ time, count, end, wiki, type, bot }: Columns): string {
  const parts = { count, end, wiki, type, bot }
  const others = Object.entries(parts).flatMap(([role, name]) =>
    name === undefined ? [] : [`${role} ${visible(name)}`],
  )
  return [`time ${visible(time)}`, ...(count === undefined ? ['each row an event'] : []), ...others].join(
    ', ',
  )
}
