import { blockOf } from './blocks.ts'
import { type PartitionBooks } from './books.ts'
import { type Finding, type FindingSink } from './findings.ts'
import { type FullPass } from './full-pass.ts'

/** Findings about rows of which nothing is said yet: one wrong row needs one finding. */
export function withoutNamed(findings: readonly Finding[], sink: FindingSink): Finding[] {
  const named = new Set(sink.result().listed.map(({ subject, at }) => `${subject} ${at}`))
  return findings.filter(({ subject, at }) => !named.has(`${subject} ${at}`))
}

/** The minutes of the feed say nothing more where rows of it are named by their offsets. */
export function withoutNamedFeed(findings: readonly Finding[], sink: FindingSink): Finding[] {
  const isNamed = sink.result().listed.some(({ kind }) => kind.startsWith('feed_'))
  return isNamed ? findings.filter(({ subject }) => subject !== 'recent_change') : [...findings]
}

/**
 * What remains of the books' own findings once the log and the minutes were looked at: where the log has judged a
 * block itself, or a minute of flow_minute is named, the coarser finding says nothing more. Where every minute is
 * right, a sum over flow is wrong by what was retired.
 */
export function settleBooks(
  books: readonly PartitionBooks[],
  full: Pick<FullPass, 'judgedFromMs' | 'judgedBlocks'> | undefined,
  sink: FindingSink,
): Finding[] {
  const flowIsNamed = sink
    .result()
    .listed.some(({ subject, at }) => subject === 'flow_minute' && at !== undefined)
  return books
    .flatMap(({ findings }) => findings)
    .filter(finding => {
      if (isAboutFlow(finding)) return !flowIsNamed
      if (!full || finding.kind === 'offset_wrong' || !finding.offsets) return true
      return !full.judgedBlocks.has(`${finding.partition} ${blockOf(finding.offsets.first)}`)
    })
    .map(finding =>
      isAboutFlow(finding) && full?.judgedFromMs === 0
        ? { ...finding, kind: 'retired_wrong', subject: 'flow_retired' }
        : finding,
    )
}

function isAboutFlow({ subject }: Finding): boolean {
  return subject.startsWith('flow_minute')
}
