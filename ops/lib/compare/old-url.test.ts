import { expect, test } from 'vitest'
import { readPlace, withoutPassword } from './old-url.ts'

const secret = 'hunter2'

test.each([
  [`postgres://me:${secret}@host/db`, /--old holds a password/],
  [`postgresql://host/db?password=${secret}`, /--old holds a password/],
  [`mysql://me:${secret}@host/db`, /no URL of a PostgreSQL server \(it begins with 'mysql'\)/],
  [`postgres://me:${secret}@/db`, /no URL of a PostgreSQL server/],
  [`postgres://me:${secret}@host:port/db`, /no URL of a PostgreSQL server/],
])('a URL such as %s is refused, and its password not repeated', (url, sentence) => {
  expect(() => readPlace(url, undefined)).toThrow(sentence)
  expect(() => readPlace(url, undefined)).not.toThrow(secret)
})

test('a place is given once, by the flag or by the variable', () => {
  expect(() => readPlace(undefined, '')).toThrow(/where are the old counts\?/)
  expect(() => readPlace('old.csv', 'postgres://host/db')).toThrow(/give one of them/)
  expect(readPlace('C:\\old.csv', undefined)).toEqual({ file: 'C:\\old.csv' })
  expect(readPlace('postgres://me@host/db', undefined)).toEqual({ url: new URL('postgres://me@host/db') })
})

test('a URL is shown without its password', () => {
  const url = new URL(`postgres://me:${secret}@host:5433/db?sslmode=require&password=${secret}`)
  expect(withoutPassword(url)).toBe('postgres://me@host:5433/db?sslmode=require')
})
