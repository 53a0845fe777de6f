import Table from 'cli-table3'
import { type Finding, type FindingKind, findingKinds } from './findings.ts'
import { type AuditReport, type PartitionReport } from './report.ts'
import { counted, number, offsetRange, printable } from './words.ts'

/** Colours, or none where the output is no terminal. */
type Paint = { red(text: string): string; green(text: string): string; dim(text: string): string }

const plain: Paint = { red: text => text, green: text => text, dim: text => text }
const ansi = (code: number) => (text: string) => `\u001b[${code}m${text}\u001b[0m`
const colours: Paint = { red: ansi(31), green: ansi(32), dim: ansi(2) }

/** The report for a person: the partitions side by side, what is wrong, and in the last line what is true now. */
export function render(report: AuditReport, options: { isTerminal: boolean }): string {
  const paint = options.isTerminal ? colours : plain
  const lines = [partitionTable(report, paint), '']
  if (report.findings.listed.length > 0) lines.push(...findingLines(report, paint), '')
  for (const note of report.notes) lines.push(paint.dim(`· ${note}`))
  if (report.source) lines.push(paint.dim(`· ${report.source.says}`))
  lines.push(paint.dim(`· ${howFar(report)}`))
  lines.push(conclusion(report, paint))
  return lines.join('\n')
}

function partitionTable(report: AuditReport, paint: Paint): string {
  const table = new Table({
    head: ['partition', 'log', 'counted', 'events', 'dead letters', 'lake', 'rows', 'objects', ''],
    colAligns: ['right', 'right', 'right', 'right', 'right', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true, 'padding-left': 1, 'padding-right': 1 },
    chars: noBorders,
  })
  for (const partition of report.partitions) table.push(row(partition, paint))
  return table.toString()
}

/** No lines around cells: columns are told apart by their alignment. */
const noBorders = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
    ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
  ].map(name => [name, '']),
)

function row(
  { partition, log, counted: counts, lake, isConserved }: PartitionReport,
  paint: Paint,
): string[] {
  return [
    String(partition),
    span(log.start, log.end),
    span(counts.first, counts.next),
    number(counts.events),
    number(counts.deadLetters),
    span(lake.first, lake.next),
    number(lake.rows),
    lake.pending > 0 ? `${lake.objects} +${lake.pending}` : String(lake.objects),
    isConserved ? paint.green('conserved') : paint.red('NOT conserved'),
  ]
}

function span(from: bigint, to: bigint): string {
  return from === to ? `${from}–` : `${from}–${to - 1n}`
}

function findingLines({ findings }: AuditReport, paint: Paint): string[] {
  const lines = findings.listed.map(finding => {
    const { expected, found, says } = finding
    const sides = [
      expected === undefined ? undefined : `expected ${expected}`,
      found === undefined ? undefined : `found ${found}`,
    ].filter(side => side !== undefined)
    const told = `${paint.red('✗')} ${printable(`${place(finding)}: ${says}`)}`
    return sides.length > 0 ? `${told} ${paint.dim(`(${printable(sides.join(', '))})`)}` : told
  })
  for (const { kind, subject, more } of findings.unlisted) {
    lines.push(
      `${paint.red('✗')} ${printable(subject)}: ${number(more)} more of the same (${findingKinds[kind]})`,
    )
  }
  return lines
}

/** Where it is: table or object, partition, offsets or minute, key. */
function place({ subject, partition, offsets, at, key }: Finding): string {
  const parts = [
    subject,
    partition === undefined ? undefined : `partition ${partition}`,
    offsets && offsetRange(offsets),
    at?.replace(/:00\.000Z$/, 'Z'),
    key === subject ? undefined : key,
  ]
  return parts.filter(part => part !== undefined).join(', ')
}

function howFar({ depth, totals, tookMs, cutAt }: AuditReport): string {
  const how =
    depth === 'full'
      ? `${counted(totals.read, 'record')} of the log read and ${counted(totals.buckets, 'sum')} by minute and hour made again`
      : 'the books alone'
  return `as of ${cutAt}: ${how}, in ${(tookMs / 1_000).toFixed(1)} s`
}

function conclusion(report: AuditReport, paint: Paint): string {
  const { records, events, deadLetters, lakeRows, lakeObjects } = report.totals
  if (report.verdict === 'conserved') {
    return paint.green(
      `conserved: ${counted(records, 'record')} in the log = ${number(events)} counted + ${counted(deadLetters, 'dead letter')}; ` +
        `the lake holds ${number(lakeRows)} of them in ${counted(lakeObjects, 'object')}`,
    )
  }
  const { listed, unlisted } = report.findings
  const all = listed.length + unlisted.reduce((sum, { more }) => sum + more, 0)
  return paint.red(`NOT conserved: ${counted(all, 'finding')}. ${remedy(listed)}`)
}

/** What to do about the first kind of finding that there is, the gravest first. */
function remedy(findings: readonly Finding[]): string {
  const kinds = new Set(findings.map(({ kind }) => kind))
  for (const [wanted, sentence] of remedies) if (wanted.some(kind => kinds.has(kind))) return sentence
  return databaseRemedy
}

const remedies: readonly [readonly FindingKind[], string][] = [
  [
    ['other_cluster'],
    'Point KAFKA_BROKERS at the cluster that the database counts, or use an empty database and lake.',
  ],
  [
    ['log_missing', 'log_lost'],
    'Records are gone from the log: restore its disk, and keep everything else stopped until then; the lake may still hold them.',
  ],
  [
    ['log_duplicate'],
    'An event is in the log twice and is counted twice: see the ingest log around its time, and whether two ingests ran.',
  ],
  [
    ['object_missing', 'object_differs', 'row_missing', 'row_extra', 'row_differs'],
    'Restore the named objects from a version or a backup of the bucket; the pipeline itself never overwrites one.',
  ],
  [
    ['object_unknown', 'range_missing', 'range_overlap', 'range_misnamed', 'lake_offset_wrong'],
    'Stop the lake service and put the named rows of lake_range and lake_offset right, from a backup.',
  ],
]

const databaseRemedy =
  'Restore the database from a backup: workers count on from the offset stored in it, as long as the log holds it.'
