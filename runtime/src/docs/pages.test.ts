import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { generatedPages } from './pages.ts'

test.each(Object.entries(generatedPages()))(
  'docs/%s says what the code does; else run `npm run docs`',
  (name, text) => {
    expect(readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8')).toBe(text)
  },
)
