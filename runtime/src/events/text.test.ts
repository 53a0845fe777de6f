import { expect, test } from 'vitest'
import { repair, truncate, utf8Bytes } from './text.ts'

test('U+0000 and half a surrogate pair become U+FFFD, whole pairs stay', () => {
  expect(repair('a\0\ud83cb\udf0d\u{1f30d}')).toBe('a\uFFFD\uFFFDb\uFFFD\u{1f30d}')
})

test('a text is cut between characters, never inside one', () => {
  expect(truncate('ab\u{1f30d}cd', 3)).toBe('ab\u{1f30d}')
  expect(truncate('ab\u{1f30d}cd', 2)).toBe('ab')
  expect(truncate('\u{1f30d}'.repeat(600), 500)).toBe('\u{1f30d}'.repeat(500))
  expect(truncate('short', 500)).toBe('short')
})

test('bytes are those of UTF-8', () => {
  expect(utf8Bytes('é\u{1f30d}')).toBe(6)
})
