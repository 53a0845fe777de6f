import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { expect, test } from 'vitest'
import { type Result } from './check.ts'
import { toJunit } from './junit.ts'

const result = (changes: Partial<Result> = {}): Result => ({
  id: 'lag',
  title: 'lag',
  state: 'ok',
  found: '12 records',
  tookMs: 1_234,
  ...changes,
})
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  alwaysCreateTextNode: false,
})
function read(xml: string) {
  expect(XMLValidator.validate(xml)).toBe(true)
  return parser.parse(xml).testsuite
}

test('whatever a service says, a CI server can read it', () => {
  const hostile = `]]> <failure/> & "it's" \u0000\u001b[31m \uFFFE \uD800 'x' 🚲\r\nsecond & line`
  const xml = toJunit('<stack> & "co"', [result({ state: 'failed', found: hostile, fix: 'a < b && c' })])
  expect([...xml].filter(letter => /[^\t\n\u0020-\uFFFD\u{10000}-\u{10FFFF}]/u.test(letter))).toEqual([])
  const { testcase, ...suite } = read(xml)
  expect(suite['@name']).toBe('<stack> & "co"')
  expect(testcase.failure['@message']).toBe(
    `]]> <failure/> & "it's" \\u{0}\\u{1b}[31m \\u{fffe} \uFFFD 'x' 🚲\\u{d}`,
  )
  expect(testcase.failure['#text']).toMatch(/second & line\n→ a < b && c$/)
})

test('failed is a failure, not looked at is skipped, a warning passes and is told', () => {
  const suite = read(
    toJunit('wikiflow', [
      result(),
      result({ id: 'host', state: 'failed', found: 'away', fix: 'look' }),
      result({ id: 'audit', state: 'skipped', found: 'not looked at: needs hosts' }),
      result({ id: 'spend', state: 'warning', found: '81 %', fix: 'pause' }),
    ]),
  )
  expect(suite).toMatchObject({
    '@tests': '4',
    '@failures': '1',
    '@skipped': '1',
    '@errors': '0',
    '@time': '1.234',
  })
  const [ok, failed, skipped, warned] = suite.testcase
  expect(ok).toEqual({
    '@classname': 'wikiflow',
    '@name': 'lag: lag',
    '@time': '1.234',
    'system-out': '12 records',
  })
  expect(failed.failure).toEqual({ '@message': 'away', '#text': 'away\n→ look' })
  expect(skipped.skipped).toEqual({ '@message': 'not looked at: needs hosts' })
  expect(warned['system-out']).toBe('warning: 81 %\n→ pause')
})
