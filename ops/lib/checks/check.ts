/** What a check found: in words, and, where something is wrong, what to do about it. */
export type Outcome = {
  state: 'ok' | 'warning' | 'failed'
  found: string
  /** The next command, or what to change. */
  fix?: string
}

/** One question to reality, answered in a line. */
export type Check<Context> = {
  id: string
  /** What is looked at: `Node`, `credentials`. */
  title: string
  /** What it looks at, and when that is right, in a few words; left out where the title says it. */
  looksAt?: string
  /** Ids of checks without which this one can't look. */
  needs?: readonly string[]
  /**
   * Looks, and changes nothing that stays.
   * @param say is told what is being waited for.
   * @throws what becomes a failed line: a UserError with its own sentence, others with that of `explain`.
   */
  run(context: Context, say: (progress: string) => void): Promise<Outcome>
}

/** A check's answer; `skipped` when a check that it needs failed. */
export type Result = Omit<Outcome, 'state'> & {
  id: string
  title: string
  state: Outcome['state'] | 'skipped'
  /** How long it took, in ms. */
  tookMs: number
}

/** The worst of all answers: what was not looked at was not found to be right. */
export function verdict(results: readonly Pick<Result, 'state'>[]): Outcome['state'] {
  const has = (...states: Result['state'][]) => results.some(({ state }) => states.includes(state))
  return has('failed', 'skipped') ? 'failed' : has('warning') ? 'warning' : 'ok'
}
