/** Something that keeps the broker from its work, and since when (ms since 1970). */
export type Problem = { what: string; message: string; sinceMs: number }

/** The problems there are now, each under the name of what it concerns. */
export class Problems {
  readonly #now = new Map<string, Problem>()
  readonly #onProblem: (problem: Problem) => void

  /** `onProblem` is told once when a problem begins, or becomes another one. */
  constructor(onProblem: (problem: Problem) => void) {
    this.#onProblem = onProblem
  }

  raise(what: string, message: string): void {
    const known = this.#now.get(what)
    if (known?.message === message) return
    const problem = { what, message, sinceMs: known?.sinceMs ?? Date.now() }
    this.#now.set(what, problem)
    this.#onProblem(problem)
  }

  clear(what: string): void {
    this.#now.delete(what)
  }

  list(): Problem[] {
    return [...this.#now.values()]
  }
}
