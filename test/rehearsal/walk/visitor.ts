import { setTimeout as sleep } from 'node:timers/promises'

/** How often the page is asked for, and how long an answer may take, in ms. */
const everyMs = 250
const answerMs = 2_000

/** What a visitor saw of the dashboard. */
type Visit = {
  /** The longest time without an answer, in ms. */
  longestGapMs: number
  answers: number
  /** What was counted in all, at the first answer and at the last. */
  first: number
  last: number
  /** Whether a later answer ever said less than one before. */
  wentBack: boolean
}

/** Asks a dashboard for its counts again and again, as an open page does, until `leave`. */
export function visit(address: string): { leave(): Promise<Visit> } {
  const left = new AbortController()
  const looking = look(`http://${address}/api/snapshot`, left.signal)
  return {
    leave: () => {
      left.abort()
      return looking
    },
  }
}

async function look(url: string, left: AbortSignal): Promise<Visit> {
  const totals: number[] = []
  let longestGapMs = 0
  let answeredAt = Date.now()
  while (!left.aborted) {
    const total = await totalAt(url)
    longestGapMs = Math.max(longestGapMs, Date.now() - answeredAt)
    if (total !== undefined) {
      answeredAt = Date.now()
      totals.push(total)
    }
    await sleep(everyMs)
  }
  return {
    longestGapMs,
    answers: totals.length,
    first: totals[0] ?? 0,
    last: totals.at(-1) ?? 0,
    wentBack: totals.some((total, index) => total < (totals[index - 1] ?? 0)),
  }
}

/** What a dashboard says is counted in all; undefined when it doesn't answer. */
async function totalAt(url: string): Promise<number | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(answerMs) })
    const { counted } = (await response.json()) as { counted?: { total?: number } }
    return response.ok ? counted?.total : undefined
  } catch {
    return undefined
  }
}
