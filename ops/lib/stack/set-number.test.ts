import fc from 'fast-check'
import { expect, test } from 'vitest'
import { setNumber } from './set-number.ts'
import { configText } from './template.ts'

const module = (source: string) => ({ file: 'wikiflow.config.ts', source, format: 'module' as const })
const json = (source: string) => ({ file: 'target.json', source, format: 'json' as const })
const workers = ['pipeline', 'workers']

test('of a description that init wrote, the number alone changes', () => {
  const text = configText({
    name: 'a',
    region: 'us-east-1',
    cidrs: ['192.0.2.1/32'],
    priceOf: () => undefined,
  })
  const lines = (changed: string) => {
    const before = text.split('\n')
    return changed.split('\n').flatMap((line, index) => (line === before[index] ? [] : [line]))
  }
  expect(lines(setNumber(module(text), workers, 6))).toEqual(['    workers: 6,'])
  expect(lines(setNumber(module(text), ['host', 'count'], 9))).toEqual(['    count: 9,'])
})

test.each([
  [
    'is there, with a comment',
    'pipeline: { /* 1 to 12 */ workers: 3 /* three */ }',
    'workers: 6 /* three */',
  ],
  [
    'is written twice: where it takes effect',
    'pipeline: { workers: 3, workers: 4 }',
    '{ workers: 3, workers: 6 }',
  ],
  ['is written with a separator', 'pipeline: { workers: 1_0 }', '{ workers: 6 }'],
  ['is missing', "pipeline: { contact: 'a' }", "{ workers: 6, contact: 'a' }"],
  [
    'is missing among lines',
    'pipeline: {\n  // whom\n  contact: 1,\n}',
    '{\n  workers: 6,\n  // whom\n  contact: 1,\n}',
  ],
  ['is missing from nothing', 'pipeline: {}', 'pipeline: { workers: 6 }'],
  ['has no group yet', 'name: 1', '{ pipeline: { workers: 6 }, name: 1'],
])('a number that %s', (_, fields, expected) => {
  expect(setNumber(module(`export const stack = defineStack({ ${fields} })`), workers, 6)).toContain(expected)
})

test.each([
  ['pipeline: { workers: 2 + 1 }', "pipeline.workers is computed, by '2 + 1': write 6 there by hand"],
  ["pipeline: { workers: '3' }", 'pipeline.workers is computed'],
  ['pipeline: { workers }', "pipeline.workers is computed, by 'workers'"],
  ['pipeline: settings', 'pipeline.workers belongs into what is computed'],
  ['pipeline: { ...settings }', 'pipeline.workers may be spread into it'],
  ['...settings', 'pipeline.workers may be spread into it'],
])('where %s stands, the line and what to do are said', (fields, says) => {
  const source = `\nexport const stack = defineStack({ ${fields} })`
  expect(() => setNumber(module(source), workers, 6)).toThrow(`wikiflow.config.ts:2  ${says}`)
})

test('a file that exports no stack, or is no plain JavaScript, is left to the reader', () => {
  expect(() => setNumber(module('const stack: Stack = {}'), workers, 6)).toThrow(
    "wikiflow.config.ts  pipeline.workers can't be found in it: write 6 there by hand",
  )
})

test('JSON keeps its format, and stays JSON where the field is new', () => {
  const source = '{\n\t"stack": "a",\n\t"workers" : 3 }\r\n'
  expect(setNumber(json(source), ['workers'], 12)).toBe('{\n\t"stack": "a",\n\t"workers" : 12 }\r\n')
  expect(JSON.parse(setNumber(json(source), ['nodes'], 2))).toEqual({ nodes: 2, stack: 'a', workers: 3 })
  expect(setNumber(json(source), ['nodes'], 2)).toContain('{\n\t"nodes": 2,\n\t"stack"')
})

test('whatever else a JSON file holds, it holds it after', () => {
  const name = fc.string().filter(text => text !== 'workers' && text !== '__proto__')
  fc.assert(
    fc.property(fc.dictionary(name, fc.jsonValue()), fc.integer({ min: 1, max: 12 }), (rest, count) => {
      // JSON writes -0 as 0.
      const expected = { ...JSON.parse(JSON.stringify(rest)), workers: count }
      for (const indent of [0, 2]) {
        const missing = JSON.stringify(rest, null, indent)
        const there = JSON.stringify({ workers: 1, ...rest }, null, indent)
        for (const source of [missing, there]) {
          expect(JSON.parse(setNumber(json(source), ['workers'], count))).toEqual(expected)
        }
      }
    }),
  )
})
