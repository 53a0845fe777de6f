import { type Result } from './check.ts'
import { type Layout, renderResult } from './render.ts'

/**
 * A round of checks as lines, those marked with `*` whose state is another than in the round before.
 * @param before results of that round; none in the first.
 */
export function renderRound(
  results: readonly Result[],
  before: readonly Pick<Result, 'id' | 'state'>[],
  layout: Layout,
): string {
  const states = new Map(before.map(({ id, state }) => [id, state]))
  return results
    .map(result => {
      const was = states.get(result.id)
      const isOther = was !== undefined && was !== result.state
      const shown = isOther ? { ...result, found: `${result.found} (was ${was})` } : result
      return `${isOther ? '*' : ' '} ${renderResult(shown, { ...layout, margin: 2 })}`
    })
    .join('\n')
}
