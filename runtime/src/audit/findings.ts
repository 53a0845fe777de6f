/** What can be wrong: the fixed words of a finding's `kind`, and what each means. */
export const findingKinds = {
  log_missing: 'the log lacks offsets that were counted or kept, and retention did not take them',
  log_lost: 'retention took offsets of the log before they were counted, or before the lake had them',
  log_duplicate: 'the log holds one event twice, within the window in which ingest drops what comes again',
  other_cluster: 'stored offsets belong to another log than the one that is read',
  offset_wrong: 'the stored offset is not what the counts stand for',
  ledger_wrong: 'a block of the ledger does not hold the counts of its offsets',
  count_missing: 'offsets before the stored one were not counted',
  dead_letter_missing: 'a record that cannot be counted has no row in dead_letter',
  dead_letter_extra: 'a row of dead_letter stands for no dead letter of the log',
  dead_letter_differs: 'a row of dead_letter does not tell what the log holds at its offset',
  dead_letter_count: 'dead_letter and the ledger disagree on how many there are',
  metric_wrong: 'a metric table does not hold the sums of the events',
  retired_wrong: 'flow_retired does not hold what retention took from flow_minute',
  feed_missing: 'an event of the log has no row in recent_change',
  feed_extra: 'a row of recent_change stands for no event of the log',
  feed_differs: 'a row of recent_change does not tell what the log holds at its offset',
  lake_offset_wrong: "the lake's stored offset does not follow its last range",
  range_missing: 'offsets before the stored one are in no range of the lake',
  range_overlap: 'offsets are in two ranges of the lake',
  range_misnamed: 'a range and the name of its object disagree',
  object_missing: 'an object that was written is not in the lake',
  object_unknown: 'an object of the lake belongs to no range',
  object_differs: 'an object is not the one that was written',
  row_missing: 'a record of the log has no row in the object of its range',
  row_extra: 'an object has a row that its range has no place for',
  row_differs: 'a row of the lake does not hold what the log holds at its offset',
} as const
export type FindingKind = keyof typeof findingKinds

/** Both ends included. */
export type Offsets = { first: bigint; last: bigint }

/** One thing that is wrong, and where. */
export type Finding = {
  kind: FindingKind
  /** The table, the key of the lake's object, or `log`. */
  subject: string
  partition?: number
  offsets?: Offsets
  /** Start of the minute or hour, in ISO 8601. */
  at?: string
  /** The rest of a row's key, for a person: `enwiki, log, bot`. */
  key?: string
  expected?: string
  found?: string
  /** One sentence for a person. */
  says: string
}

/** Findings as they were listed, and how many more there are of each kind and subject. */
export type Findings = { listed: Finding[]; unlisted: { kind: FindingKind; subject: string; more: number }[] }

/** How many findings of one kind and subject are listed before the rest is only counted. */
const listedOfAKind = 20

/** Takes findings in as they are found; memory stays bounded however much is wrong. */
export type FindingSink = { add(finding: Finding): void; result(): Findings }

/** Kinds of which one cause often makes a run: they are told as one. */
const runs: ReadonlySet<FindingKind> = new Set([
  'log_missing',
  'log_duplicate',
  ...(['dead_letter_missing', 'dead_letter_extra', 'dead_letter_differs'] as const),
  ...(['feed_missing', 'feed_extra', 'feed_differs'] as const),
  ...(['row_missing', 'row_extra', 'row_differs'] as const),
])

/**
 * Gathers findings. One about rows that goes on where the last of its kind, subject and partition ended makes that
 * one longer.
 */
export function gatherFindings(): FindingSink {
  const listed: Finding[] = []
  const ofAKind = new Map<string, { kind: FindingKind; subject: string; count: number }>()
  const growing = new Map<string, Finding>()
  return {
    add(finding) {
      const place = `${finding.kind} ${finding.subject} ${finding.partition}`
      const last = growing.get(place)
      if (
        runs.has(finding.kind) &&
        last?.offsets &&
        finding.offsets &&
        last.offsets.last + 1n === finding.offsets.first
      ) {
        last.offsets = { first: last.offsets.first, last: finding.offsets.last }
        if (last.key !== finding.key) delete last.key
        delete last.expected
        delete last.found
        return
      }
      const own = { ...finding }
      growing.set(place, own)
      const group = `${finding.kind} ${finding.subject}`
      const known = ofAKind.get(group) ?? { kind: finding.kind, subject: finding.subject, count: 0 }
      known.count++
      ofAKind.set(group, known)
      if (known.count <= listedOfAKind) listed.push(own)
    },
    result: () => ({
      listed,
      unlisted: [...ofAKind.values()]
        .filter(({ count }) => count > listedOfAKind)
        .map(({ kind, subject, count }) => ({ kind, subject, more: count - listedOfAKind })),
    }),
  }
}
