import { type Aligned, median, total } from './model.ts'
import { type Departures, departuresIn, type Stretch } from './pace.ts'

/** Why windows next to each other differ from what is expected; `unknown` where no evidence says why. */
export type RunKind = 'edge' | 'lost' | 'repeated' | 'caught-up' | 'unknown'

/** Windows next to each other that differ, with the events by which they do. */
export type Run = Stretch & { kind: RunKind; events: number; times?: number }

/** Our counts go on evenly in a run that departs from what is beside it by no more standard deviations than these. */
const evenly = 3
/** So many times likelier must it be that the old counts left their pace than that ours did. */
const likelier = 100
/** The first and the last window of a table often hold a part: there it needs no more than to be as likely. */
const likelierAtEdge = 1
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
    if (mayCatchUp && next && isCaughtUp(aligned, differs, run, next)) {
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

function isCaughtUp(
  aligned: Aligned,
  differs: readonly boolean[],
  run: Omit<Run, 'kind'>,
  next: Omit<Run, 'kind'>,
): boolean {
  const isStandstill = run.events < 0 && next.events > 0 && next.from - run.to <= 1
  if (!isStandstill) return false
  const expected = total(aligned.expected.slice(run.from, next.to))
  if (Math.abs(run.events + next.events) > caughtUpShare * expected) return false
  return [run, next].every(one => {
    const departures = departuresIn(aligned, differs, one)
    return departures && keepPace(departures)
  })
}

function judge(
  aligned: Aligned,
  differs: readonly boolean[],
  run: Omit<Run, 'kind'>,
): Pick<Run, 'kind' | 'times'> {
  const { from, to, events } = run
  const old = aligned.old.slice(from, to)
  const expected = aligned.expected.slice(from, to)
  const departures = departuresIn(aligned, differs, run)
  if (!departures) return { kind: 'unknown' }
  const isEdge = events < 0 && to - from === 1 && aligned.isEdge[from]
  if (!keepPace(departures) || !isOldsDoing(departures, isEdge ? likelierAtEdge : likelier))
    return { kind: 'unknown' }
  if (isEdge) return { kind: 'edge' }
  const ratio = median(old.map((count, i) => count / Math.max(expected[i] ?? 0, 1)))
  if (events < 0) return { kind: ratio <= mostLeft || to - from <= longestJump ? 'lost' : 'unknown' }
  const times = Math.round(ratio)
  const isTimes = times >= 2 && times <= 5 && Math.abs(ratio / times - 1) <= timesTolerance
  if (isTimes && to - from > 1) return { kind: 'repeated', times }
  return { kind: to - from <= longestJump ? 'repeated' : 'unknown' }
}

/** Whether our counts go on in the run as they do beside it: where they fall or leap themselves, they may be wrong. */
function keepPace({ expected, wander }: Departures): boolean {
  return Math.abs(expected) <= evenly * wander
}

/**
 * Whether it is the old counts that left their pace, and not ours. Whichever are right depart as counts do by chance.
 * @param times so many times likelier it must be that ours are right.
 */
function isOldsDoing({ old, expected, wander }: Departures, times: number): boolean {
  return old ** 2 - expected ** 2 >= 2 * Math.log(times) * wander ** 2
}
