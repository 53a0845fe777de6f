import { expect, test } from 'vitest'
import { aggregate } from '../events/aggregate.ts'
import { tableNames } from '../events/tables.ts'
import { edits, logName } from './fixtures.ts'
import { batchStatement } from './statement.ts'

const statementOf = (count: number) => {
  const items = edits(
    5n,
    Array.from({ length: count }, (_, i) => ({ user: `Editor ${i}` })),
  )
  const rows = aggregate(2, items, Date.now())
  return batchStatement({ ...logName, partition: 2, first: 5n, next: 5n + BigInt(count), rows })
}

test('the text is one for all batches, so that a connection prepares it once', () => {
  expect(statementOf(0).text).toBe(statementOf(9).text)
})

test('every value has its place, the offsets first', () => {
  const { text, values } = statementOf(9)
  const places = new Set(text.match(/\$\d+/g))
  expect(places.size).toBe(values.length)
  expect(values.slice(0, 5)).toEqual(['test-cluster', 'wiki.recentchange', 2, 5n, 14n])
})

test('no table is added to without the fence', () => {
  const { text } = statementOf(1)
  expect(text.match(/INSERT INTO/g)).toHaveLength(tableNames.length)
  expect(text.match(/WHERE EXISTS \(SELECT 1 FROM fence\)/g)).toHaveLength(tableNames.length)
})

test('the set of editors goes as the text of an array, for nothing else keeps its rows apart', () => {
  const sets = statementOf(2).values.filter(
    value => Array.isArray(value) && /^\{.*\}$/.test(String(value[0])),
  )
  expect(sets).toEqual([[expect.stringMatching(/^\{-?\d+,-?\d+\}$/)]])
})
