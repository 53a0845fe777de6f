import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { pagesWithBlocks, withBlock } from './blocks.ts'

test.each(Object.entries(pagesWithBlocks))(
  '%s says what the model computes; else run `npm run docs`',
  (path, block) => {
    const page = readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
    expect(withBlock(page, block.name, block.make())).toBe(page)
  },
)

test('a page without the marks is not written over', () => {
  expect(() => withBlock('# wikiflow', 'costs', '')).toThrow('must hold <!-- costs: made')
  const twisted = '<!-- end of costs --> <!-- costs: made by `npm run docs` -->'
  expect(() => withBlock(twisted, 'costs', '')).toThrow('after it, <!-- end of costs -->')
})
