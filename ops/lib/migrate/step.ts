import { type MigrationContext } from './context.ts'

/** The phases of a migration, in their order. */
export const phases = [
  { id: 'prepare', title: 'Prepare' },
  { id: 'infrastructure', title: 'Infrastructure' },
  { id: 'deploy', title: 'Deploy' },
] as const
export type PhaseId = (typeof phases)[number]['id']

/**
 * What a step is found to be: `to do` can be walked as things are, or once the steps before it are; `blocked` can't,
 * before a person has mended what the evidence names; `unknown` couldn't be looked at.
 */
export type StepState = 'done' | 'to do' | 'blocked' | 'unknown'

/** What was found, in a line. */
export type Probed = { state: StepState; evidence: string }

/** One of the ten steps. Whether it is done is read off what it makes, every time anew. */
export type Step = {
  id: string
  phase: PhaseId
  title: string
  /** What is there once it is done. */
  makes: string
  /** The command that does it without `ops/migrate.ts`. */
  byHand: string
  /**
   * Looks, and changes nothing that stays.
   * @param say is told what is being waited for.
   * @throws what `judgeError` puts in words.
   */
  probe(context: MigrationContext, say: (progress: string) => void): Promise<Probed>
}

/** A step with what was found. */
export type Found = Probed & Pick<Step, 'id' | 'phase' | 'title' | 'makes' | 'byHand'> & { number: number }
