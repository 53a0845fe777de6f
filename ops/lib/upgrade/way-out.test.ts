import { expect, test } from 'vitest'
import { type Reached, wayOut } from './way-out.ts'

const all: Reached[] = ['nothing', 'ingest stopped', 'asked for', 'healthy']
const ways = (isOneWay: boolean) => all.map(reached => wayOut({ reached, isOneWay, isHeld: true }))

test('the old log takes its place again, unless it never left it', () => {
  expect(ways(false)).toEqual(['as before', 'as before', 'back', 'back'])
})

test('what has been healthy stays when the old one could not read its data, and only then', () => {
  expect(ways(true)).toEqual(['as before', 'as before', 'back', 'stays'])
})

test('without the lock nothing is touched, however far it came', () => {
  for (const reached of all) {
    for (const isOneWay of [true, false]) expect(wayOut({ reached, isOneWay, isHeld: false })).toBe('left')
  }
})
