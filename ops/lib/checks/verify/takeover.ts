import { inWords, judgePartitions } from './partitions.ts'
import { type View, workersIn } from './view.ts'

/** What a worker's death should be followed by. */
export type Takeover = {
  /** What has become true with this view, in words. */
  look(view: View): string[]
  /** What isn't yet; undefined when all is as before the kill. */
  lacks(): string | undefined
}

/**
 * Watches the partitions of a killed worker: it is missed, they are counted on, and all are shared out again.
 * @param lost partitions that it counted.
 * @param workers how many there should be.
 * @param flows whether events still come: without them there is nothing to count on.
 */
export function watchTakeover(lost: readonly number[], workers: number, flows: boolean): Takeover {
  let missed = false
  let counts = !flows
  let back = false
  let whole = false
  /** When the first view was read: perhaps before the kill, for the page keeps it for a second. */
  let firstAt: string | undefined
  /** Where partitions stood in the first view that was surely read after the kill. */
  let from: ReadonlyMap<number, number> | undefined
  return {
    look: view => {
      const said: string[] = []
      const answering = workersIn(view)
      const ready = answering.filter(({ state }) => state === 'ready')
      const next = nextOf(view)
      firstAt ??= view.at
      const start = from
      if (view.at !== firstAt) from ??= next
      if (!missed && ready.length < workers) {
        missed = true
        said.push(`${ready.length} of ${workers} workers are ready`)
      }
      if (!counts && start && lost.every(id => (next.get(id) ?? 0) > (start.get(id) ?? 0))) {
        counts = true
        const by = ready.length < workers ? `, by ${ready.map(({ name }) => name).join(' and ')}` : ''
        said.push(`${inWords(lost)} ${lost.length === 1 ? 'is' : 'are'} counted on${by}`)
      }
      if (missed && !back && ready.length >= workers) {
        back = true
        said.push(`${ready.length} of ${workers} workers are ready again`)
      }
      const shares = judgePartitions(answering, workers)
      if (back && !whole && shares.state === 'ok') {
        whole = true
        said.push(`${shares.found} again`)
      }
      return said
    },
    lacks: () => {
      if (!missed) return 'the page has not missed the worker'
      if (!counts) return `${inWords(lost)} stand still`
      if (!back) return 'the worker is not back'
      return whole ? undefined : 'the partitions are not shared out again'
    },
  }
}

function nextOf({ partitions }: View): Map<number, number> {
  return new Map(partitions.map(({ partition, next }) => [partition, next]))
}
