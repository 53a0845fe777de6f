import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { operatorPolicy, placeholders } from '../cloud/operator-policy.ts'
import { generatedPages } from './pages.ts'

test.each(Object.entries(generatedPages()))(
  'docs/%s says what the code does; else run `npm run docs`',
  (name, text) => {
    const page = readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8')
    // `npm run fix` sets JSON in lines of its own.
    if (name.endsWith('.json')) expect(JSON.parse(page)).toEqual(JSON.parse(text))
    else expect(page).toBe(text)
  },
)

test('the page explains every statement of the policy', () => {
  const page = generatedPages()['operator-policy.md'] ?? ''
  for (const { Sid } of operatorPolicy(placeholders).Statement) {
    expect(page).toMatch(new RegExp(`^\\| \`${Sid}\` \\| [^|]+ \\| [^|]{10,} \\|$`, 'm'))
  }
})
