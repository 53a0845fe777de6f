import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../../..')
const pages = globSync(['*.md', 'docs/**/*.md'], { cwd: root })
const read = (page: string) => readFileSync(join(root, page), 'utf8').replace(/^(```+)[\s\S]*?^\1$/gm, '')

/** As GitHub makes the anchor of a heading. */
const anchorOf = (title: string) =>
  title
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
    .replaceAll(' ', '-')

const anchorsOf = (page: string) =>
  new Set([...read(page).matchAll(/^#+\s+(.+)$/gm)].map(([, title = '']) => anchorOf(title)))

test.each(pages)('every link of %s leads somewhere', page => {
  const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
  for (const link of links.filter(one => !/^https?:/.test(one))) {
    const [path = '', anchor] = link.split('#')
    const target = path === '' ? page : join(dirname(page), path)
    expect(existsSync(join(root, target)), link).toBe(true)
    if (anchor !== undefined) expect(anchorsOf(target), link).toContain(anchor)
  }
})

test('there are pages', () => {
  expect(pages.length).toBeGreaterThan(10)
  expect(pages).toContain('README.vi.md')
})
