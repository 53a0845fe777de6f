import { expect, test } from 'vitest'
import { lineOf } from './locate.ts'

const source = `import { defineStack } from './ops/lib/stack/schema.ts'

export const stack = defineStack({
  name: 'wikiflow',
  'region': 'us-east-1',
  host: {
    type: 't3.medium', // the cheapest that holds it
    count: 0,
    count: 12,
  },
  operator: {
    cidrs: [
      '203.0.113.7/32',
      '0.0.0.0/0',
    ],
  },
})
`

test('a field is found by its line, quoted or not, in a list or an object', () => {
  expect(lineOf(source, ['name'])).toBe(4)
  expect(lineOf(source, ['region'])).toBe(5)
  expect(lineOf(source, ['host', 'type'])).toBe(7)
  expect(lineOf(source, ['operator', 'cidrs', 1])).toBe(14)
})

test('a field that is written twice is found where it takes effect', () => {
  expect(lineOf(source, ['host', 'count'])).toBe(9)
})

test('a field that is missing is found where it belongs', () => {
  expect(lineOf(source, ['host', 'diskGb'])).toBe(6)
  expect(lineOf(source, ['budget'])).toBe(3)
})

test('a description without defineStack has lines too; one that is computed has that of the export', () => {
  expect(lineOf('\nexport const stack = {\n  name: 1 }', ['name'])).toBe(3)
  expect(lineOf('const one = {\n name: 1 }\nexport const stack = one', ['name'])).toBe(3)
  expect(lineOf('\nexport const stack = defineStack(...all)', ['name'])).toBe(2)
})

test('TypeScript, bad syntax or another file has no lines', () => {
  expect(lineOf('export const stack: Stack = {}', ['name'])).toBeUndefined()
  expect(lineOf('export const stack = {', ['name'])).toBeUndefined()
  expect(lineOf('export default {}', ['name'])).toBeUndefined()
  expect(lineOf('', ['name'])).toBeUndefined()
})
