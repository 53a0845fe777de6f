import { costsTable, limitsTable } from '../../../cost/scale.ts'
import { UserError } from '../script.ts'

/** Pages written by hand with a block in them that is made, by their path in the project. */
export const pagesWithBlocks: Readonly<Record<string, { name: string; make(): string }>> = {
  'README.md': { name: 'costs', make: costsTable },
  'README.vi.md': { name: 'costs', make: costsTable },
  'docs/growing.md': { name: 'limits', make: limitsTable },
}

/**
 * A page with a block of it made anew.
 * @throws UserError when the marks that it stands between are missing.
 */
export function withBlock(page: string, name: string, block: string): string {
  const begin = `<!-- ${name}: made by \`npm run docs\` -->`
  const end = `<!-- end of ${name} -->`
  const from = page.indexOf(begin)
  const to = page.indexOf(end)
  if (from < 0 || to < from) throw new UserError(`the page must hold ${begin} and, after it, ${end}`)
  return `${page.slice(0, from + begin.length)}\n${block}\n${page.slice(to)}`
}
