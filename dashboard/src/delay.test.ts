import { expect, test } from 'vitest'
import { delayAt } from './delay.ts'

test('nothing counted has no delay', () => {
  expect(delayAt([0, 0, 0, 0, 0, 0, 0, 0], 0.5)).toBeNull()
  expect(delayAt([], 0.5)).toBeNull()
})

test('the bucket that reaches the share is the answer, an empty one before it is not', () => {
  expect(delayAt([50, 0, 50, 0, 0, 0, 0, 0], 0.5)).toEqual({ overS: 0, atMostS: 1 })
  expect(delayAt([49, 0, 51, 0, 0, 0, 0, 0], 0.5)).toEqual({ overS: 2, atMostS: 5 })
})

test('past the last bound there is no upper one', () => {
  expect(delayAt([0, 0, 0, 0, 0, 0, 0, 1], 0.95)).toEqual({ overS: 300, atMostS: null })
})
