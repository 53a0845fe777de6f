import { basename } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Suites by the time they take; the others are short. */
const byTime = ['runbook', 'deploy', 'nodes', 'failures', 'backup', 'outside-kafka', 'upgrade', 'compare']

/** The longest suites first, so that two at once come to an end together. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((one, other) => rank(one) - rank(other))
  }
}

function rank({ moduleId }: TestSpecification): number {
  const at = byTime.indexOf(basename(moduleId, '.rehearsal.test.ts'))
  return at < 0 ? byTime.length : at
}
