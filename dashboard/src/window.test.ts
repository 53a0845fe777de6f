import { expect, test } from 'vitest'
import { chooseWindow, hourOf, minutesOf } from './window.ts'

const now = new Date('2026-08-04T15:00:30.500Z')

test('while events come, the window ends with the minute in progress', () => {
  const window = chooseWindow(now, new Date('2026-08-04T15:00:29Z'), 30)
  expect(window).toEqual({
    from: new Date('2026-08-04T14:31:00Z'),
    to: new Date('2026-08-04T15:01:00Z'),
    basis: 'now',
  })
  expect(minutesOf(window)).toHaveLength(30)
})

test('an empty database is shown as of now', () => {
  expect(chooseWindow(now, null, 30).basis).toBe('now')
})

test('events that are just inside the window keep it at now, a moment older they take it with them', () => {
  expect(chooseWindow(now, new Date('2026-08-04T14:31:00.000Z'), 30).basis).toBe('now')
  expect(chooseWindow(now, new Date('2026-08-04T14:30:59.999Z'), 30)).toMatchObject({
    basis: 'newest data',
    to: new Date('2026-08-04T14:31:00Z'),
  })
})

test('the hour of a window that ends with an hour is the hour it ends, also before 1970', () => {
  expect(hourOf(chooseWindow(now, new Date('2019-03-04T04:59:59Z'), 30))).toEqual(
    new Date('2019-03-04T04:00Z'),
  )
  expect(hourOf(chooseWindow(now, new Date('1969-03-04T04:59:59Z'), 30))).toEqual(
    new Date('1969-03-04T04:00Z'),
  )
})
