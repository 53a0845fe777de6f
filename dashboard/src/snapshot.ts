import { delayAt } from './delay.ts'
import { latest, newestEventOf } from './progress.ts'
import { type ActivityRow } from './queries/activity.ts'
import { type ChangeRow } from './queries/changes.ts'
import { type FlowRow } from './queries/flow.ts'
import { type PositionRow } from './queries/position.ts'
import { type Rate } from './rate.ts'
import { deadCap, deadHours, listed, type Reading } from './reading.ts'
import { type Change, type Service, type Snapshot, staleAfterS, windowMinutes } from './schema.ts'
import { minutesOf, type Window } from './window.ts'

type Editors = Snapshot['editors']

/** Which of the page's four groups a kind of editor belongs to; one that is not known is hidden. */
const groupOf: Record<string, keyof Editors> = {
  registered: 'registered',
  ipv4: 'anonymous',
  ipv6: 'anonymous',
  temporary: 'anonymous',
  bot: 'bot',
}

/** Makes the page's one object from what was read. Pure: the time in it is the database's. */
export function buildSnapshot(reading: Reading, rate: Rate, services: Service[] | null): Snapshot {
  const { now, window, positions } = reading
  const source = sourceOf(reading.flow)
  const byMinute = reading.activity.filter(row => row.minute !== null)
  const wikis = reading.activity.filter(row => row.wiki !== null)
  return {
    at: now.toISOString(),
    state: stateOf(positions, source.kind, now),
    source,
    counted: {
      total: countedTotal(positions),
      dead: reading.dead,
      lastAt: iso(latest(positions.map(position => position.countedAt))),
      newestEventAt: iso(newestEventOf(positions)),
      perSecond: rate.perSecond,
      perSecondOverS: rate.overS,
    },
    window: {
      from: window.from.toISOString(),
      to: window.to.toISOString(),
      minutes: windowMinutes,
      basis: window.basis,
    },
    minutes: seriesOf(byMinute, window, now),
    totals: {
      events: sum(byMinute, row => row.events),
      bytesAdded: sum(byMinute, row => row.bytesAdded),
      bytesRemoved: sum(byMinute, row => row.bytesRemoved),
      reverts: sum(byMinute, row => row.reverts),
    },
    editors: editorsOf(byMinute),
    types: reading.activity.flatMap(({ type, events }) => (type === null ? [] : [{ type, events }])),
    wikiCount: wikis.length,
    wikis: wikis
      .slice(0, listed.wikis)
      .map(({ wiki, serverName, project, language, events, bytesAdded, bytesRemoved }) => ({
        wiki: wiki ?? '',
        serverName,
        project,
        language,
        events,
        bytesAdded,
        bytesRemoved,
      })),
    pages: { hour: reading.hour.toISOString(), readAt: reading.slowAt.toISOString(), rows: reading.pages },
    changes: reading.changes.map(toChange),
    flow: {
      minutes: reading.flow?.minutes ?? 0,
      processed: reading.flow?.processed ?? 0,
      late: reading.flow?.late ?? 0,
      repaired: reading.flow?.repaired ?? 0,
      delay: delaysOf(reading.flow?.delays ?? []),
    },
    clusterId: positions[0]?.clusterId ?? null,
    partitions: positions.map(({ partition, first, next, countedAt, newestEventAt, sealed }) => ({
      partition,
      first,
      next,
      countedAt: countedAt.toISOString(),
      newestEventAt: iso(newestEventAt),
      sealed,
    })),
    deadLetters: {
      hours: deadHours,
      windowMinutes,
      inWindow: sum(reading.deadReasons, row => row.inWindow),
      cappedAt: sum(reading.deadReasons, row => row.count) >= deadCap ? deadCap : null,
      reasons: reading.deadReasons.map(({ reason, count, lastAt }) => ({
        reason,
        count,
        lastAt: lastAt.toISOString(),
      })),
      latest: reading.deadLetters.map(row => ({ ...row, at: row.at.toISOString() })),
    },
    lake: {
      last: reading.lakeFile
        ? { ...reading.lakeFile, writtenAt: reading.lakeFile.writtenAt.toISOString() }
        : null,
      unwritten: {
        ranges: reading.unwritten?.ranges ?? 0,
        rows: reading.unwritten?.rows ?? 0,
        oldestSealedAt: iso(reading.unwritten?.oldestSealedAt ?? null),
      },
    },
    services,
  }
}

/** Records counted since counting began, over all partitions. */
export function countedTotal(positions: readonly PositionRow[]): number {
  return sum(positions, position => position.next - position.first)
}

/** A row of the feed as the page gets it. */
export function toChange(row: ChangeRow): Change {
  return { ...row, at: row.at.toISOString() }
}

function stateOf(
  positions: readonly PositionRow[],
  source: Snapshot['source']['kind'],
  now: Date,
): Snapshot['state'] {
  const countedAt = latest(positions.map(position => position.countedAt))
  if (!countedAt || countedTotal(positions) === 0) return 'empty'
  const old = (at: Date) => now.getTime() - at.getTime() > staleAfterS * 1_000
  if (old(countedAt)) return 'stale'
  const newest = newestEventOf(positions)
  return newest && old(newest) && source !== 'replayed' ? 'behind' : 'current'
}

function sourceOf(flow: FlowRow | undefined): Snapshot['source'] {
  const { processed, dead, simulated, replayed } = flow ?? {
    processed: 0,
    dead: 0,
    simulated: 0,
    replayed: 0,
  }
  // A dead letter has a source too.
  const events = processed + dead
  const kind =
    events === 0
      ? 'none'
      : simulated + replayed === 0
        ? 'live'
        : simulated === events
          ? 'simulated'
          : replayed === events
            ? 'replayed'
            : 'mixed'
  return { kind, events, simulated, replayed }
}

function seriesOf(rows: readonly ActivityRow[], window: Window, now: Date): Snapshot['minutes'] {
  const byMinute = Map.groupBy(rows, row => row.minute?.getTime())
  return minutesOf(window).map(minute => ({
    minute: minute.toISOString(),
    complete: minute.getTime() + 60_000 <= now.getTime(),
    ...editorsOf(byMinute.get(minute.getTime()) ?? []),
  }))
}

function editorsOf(rows: readonly ActivityRow[]): Editors {
  const editors: Editors = { registered: 0, anonymous: 0, bot: 0, hidden: 0 }
  for (const row of rows) editors[groupOf[row.editor ?? ''] ?? 'hidden'] += row.events
  return editors
}

function delaysOf(counts: number[]): Snapshot['flow']['delay'] {
  return { count: sum(counts, count => count), p50: delayAt(counts, 0.5), p95: delayAt(counts, 0.95) }
}

function sum<T>(rows: readonly T[], value: (row: T) => number): number {
  return rows.reduce((total, row) => total + value(row), 0)
}

function iso(at: Date | null): string | null {
  return at?.toISOString() ?? null
}
