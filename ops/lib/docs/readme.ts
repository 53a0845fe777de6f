import { scaleMarkdown } from '../../../cost/scale.ts'
import { UserError } from '../script.ts'

const begin = '<!-- scale: made by `npm run docs` -->'
const end = '<!-- end of scale -->'

/**
 * The README with its tables of scale as the model computes them.
 * @throws UserError when the marks they stand between are missing.
 */
export function withScale(readme: string): string {
  const from = readme.indexOf(begin)
  const to = readme.indexOf(end)
  if (from < 0 || to < from) throw new UserError(`README.md must hold ${begin} and, after it, ${end}`)
  return `${readme.slice(0, from + begin.length)}\n${scaleMarkdown()}\n${readme.slice(to)}`
}
