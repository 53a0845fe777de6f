import { type Target } from './targets.ts'

/** What is to go wrong with requests, for tests. Without a topic it concerns any request of the API. */
export type Fault = {
  /** The API's name in the protocol, such as `Produce` or `OffsetCommit`. */
  api: string
  topic?: string
  partition?: number
  /** How many requests it hits; without it, all until it is removed. */
  times?: number
  /** Answer with this error code instead of doing what was asked; with a topic, for that part of the request alone. */
  error?: number
  /** Wait so many ms before anything is done. */
  delayMs?: number
  /** Close the connection: before anything is done, or after it was done and instead of the answer. */
  drop?: 'before' | 'after'
}

/** The faults a request meets. */
export type Met = {
  delayMs: number
  drop: 'before' | 'after' | undefined
  errorFor(target: Target): number
}

/** The faults that are set now. `down`, `up` and `diskFull` are the broker's own. */
export class FaultRules {
  readonly #rules: { fault: Fault; left: number }[] = []

  /** Sets a fault; gives the function that takes it back. */
  add(fault: Fault): () => void {
    const rule = { fault, left: fault.times ?? Number.POSITIVE_INFINITY }
    this.#rules.push(rule)
    return () => {
      rule.left = 0
    }
  }

  /** Takes all faults back. */
  clear(): void {
    this.#rules.length = 0
  }

  /** The faults a request of this API on these targets meets; each of them is counted once. */
  meet(api: string, targets: readonly Target[]): Met {
    const met = this.#rules.filter(({ fault, left }) => {
      return left > 0 && fault.api === api && (targets.some(target => hits(fault, target)) || !fault.topic)
    })
    for (const rule of met) rule.left -= 1
    const faults = met.map(rule => rule.fault)
    return {
      delayMs: Math.max(0, ...faults.map(fault => fault.delayMs ?? 0)),
      drop: faults.find(fault => fault.drop)?.drop,
      errorFor: target => faults.find(fault => fault.error !== undefined && hits(fault, target))?.error ?? 0,
    }
  }
}

function hits(fault: Fault, target: Target): boolean {
  if (fault.topic !== undefined && fault.topic !== target.topic) return false
  return fault.partition === undefined || fault.partition === target.partition
}
