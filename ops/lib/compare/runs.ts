import { type Aligned, median, total } from './model.ts'

/** Why windows next to each other differ from what is expected; `unknown` where no evidence says why. */
export type RunKind = 'edge' | 'lost' | 'repeated' | 'caught-up' | 'unknown'

/** Windows next to each other, from index `from` up to before `to`. */
export type Run = { kind: RunKind; from: number; to: number; events: number; times?: number }

/** Windows on either side of a run by which it is judged whether our own counts keep their pace in it. */
const around = 30
/** Our pace in a run, as a share of the pace around it: outside of this our own counts may be what is wrong. */
const pace = { least: 0.5, most: 2 }
/** How near to 2, 3, 4 or 5 the ratio of windows counted several times lies. */
const timesTolerance = 0.05
/** A restart adds or takes events in so many windows at most, unless whole windows are lost or come again. */
const longestJump = 3
/** Of what stands still for longer, at most so much of its events is there. */
const mostLeft = 0.5
/** What stood still and was caught up with is as much as what came too late, to this share. */
const caughtUpShare = 0.02

/**
 * Explains windows that differ, run by run.
 * @param differs by window, whether it is out of tolerance.
 * @param mayCatchUp whether events count when they are processed: only then can a standstill be caught up with later.
 */
export function explainRuns(aligned: Aligned, differs: readonly boolean[], mayCatchUp: boolean): Run[] {
  const signed = signedRuns(aligned, differs)
  const runs: Run[] = []
  for (let i = 0; i < signed.length; i++) {
    const [run, next] = [signed[i], signed[i + 1]]
    if (!run) continue
    if (mayCatchUp && next && isCaughtUp(aligned, run, next)) {
      runs.push({ kind: 'caught-up', from: run.from, to: next.to, events: run.events + next.events })
      i++
    } else runs.push({ ...run, ...judge(aligned, differs, run) })
  }
  return runs
}

/** Windows that differ in the same direction; one in between that doesn't differ parts them no more than none. */
function signedRuns({ old, expected }: Aligned, differs: readonly boolean[]): Omit<Run, 'kind'>[] {
  const runs: Omit<Run, 'kind'>[] = []
  differs.forEach((isDifferent, i) => {
    if (!isDifferent) return
    const events = (old[i] ?? 0) - (expected[i] ?? 0)
    const last = runs.at(-1)
    if (last && i - last.to <= 1 && Math.sign(last.events) === Math.sign(events)) {
      last.to = i + 1
      last.events += events
    } else runs.push({ from: i, to: i + 1, events })
  })
  return runs
}

function isCaughtUp(aligned: Aligned, run: Omit<Run, 'kind'>, next: Omit<Run, 'kind'>): boolean {
  const isStandstill = run.events < 0 && next.events > 0 && next.from - run.to <= 1
  const expected = total(aligned.expected.slice(run.from, next.to))
  return isStandstill && Math.abs(run.events + next.events) <= caughtUpShare * expected
}

function judge(
  aligned: Aligned,
  differs: readonly boolean[],
  run: Omit<Run, 'kind'>,
): Pick<Run, 'kind' | 'times'> {
  const { from, to, events } = run
  const old = aligned.old.slice(from, to)
  const expected = aligned.expected.slice(from, to)
  if (events < 0 && to - from === 1 && aligned.isEdge[from]) return { kind: 'edge' }
  if (!keepsPace(aligned, differs, run)) return { kind: 'unknown' }
  const ratio = median(old.map((count, i) => count / Math.max(expected[i] ?? 0, 1)))
  if (events < 0) return { kind: ratio <= mostLeft || to - from <= longestJump ? 'lost' : 'unknown' }
  const times = Math.round(ratio)
  const isTimes = times >= 2 && times <= 5 && Math.abs(ratio / times - 1) <= timesTolerance
  if (isTimes && to - from > 1) return { kind: 'repeated', times }
  return { kind: to - from <= longestJump ? 'repeated' : 'unknown' }
}

/** Do our counts go on in the run as they do around it? Where they fall or leap themselves, they may be wrong. */
function keepsPace(
  { expected }: Aligned,
  differs: readonly boolean[],
  { from, to }: Omit<Run, 'kind'>,
): boolean {
  const beside = expected.filter(
    (_, i) => (i < from || i >= to) && i >= from - around && i < to + around && !differs[i],
  )
  const usual = median(beside)
  if (usual <= 0) return false
  const here = median(expected.slice(from, to)) / usual
  return here >= pace.least && here <= pace.most
}
