import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { withScale } from './readme.ts'

test('the README says of scale what the model computes; else run `npm run docs`', () => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8')
  expect(withScale(readme)).toBe(readme)
})

test('a README without the marks is not written over', () => {
  expect(() => withScale('# wikiflow')).toThrow('README.md must hold <!-- scale')
  expect(() => withScale('<!-- end of scale --> <!-- scale: made by `npm run docs` -->')).toThrow('after it')
})
