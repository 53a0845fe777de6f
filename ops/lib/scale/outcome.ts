import { type TargetChoice } from '../deploy/open-target.ts'

/** How something is asked for. */
export type ScaleOptions = TargetChoice & {
  planOnly: boolean
  /** Standard output holds JSON alone: the plan and progress go elsewhere. */
  json: boolean
  /** Hosts are made although the credit doesn't last 30 days. */
  overBudget: boolean
  agree(): Promise<boolean>
}

/** What came of it. */
export type ScaleOutcome = {
  result: 'nothing to do' | 'planned' | 'declined' | 'refused' | 'failed' | 'done'
  /** The plan's lines. */
  plan: readonly string[]
  /** What is true now, and what to do next. */
  closing: string
}
