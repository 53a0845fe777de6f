import { expect, test } from 'vitest'
import { plain, renderMarkdown } from './markdown.ts'
import { fullReport, plannedReport, sampleBill, sampleLine, samplePrice } from './sample.ts'

test.each([
  ['a | b', 'a \\| b'],
  ['<img src=x>', '\\<img src=x\\>'],
  ['[x](javascript:1)', '\\[x\\](javascript:1)'],
  ['`x` *y* _z_', '\\`x\\` \\*y\\* \\_z\\_'],
  ['@octocat fixes #12', '@\u200boctocat fixes #\u200b12'],
  ['https://evil.example www.evil.example', 'https:\u200b//evil.example www\u200b.evil.example'],
  ['- item', '\\- item'],
  ['1. item', '1\\. item'],
  ['0.1 vCPU', '0.1 vCPU'],
  ['&lt;', '&amp;lt;'],
  ['a\nb', 'a\\\\u\\{a\\}b'],
])('in a comment %j stands as it is', (text, markdown) => expect(plain(text)).toBe(markdown))

test('a name with bars and line ends stays in its cell', () => {
  const price = samplePrice('ipv4', 'hour', 0.005, 'https://example.org/|list', '2026-11-01')
  const text = renderMarkdown({
    ...plannedReport,
    planned: sampleBill([sampleLine('a|b\n|c|', 'x', 730, price)]),
  })
  const row = text.split('\n').find(line => line.includes('$3.65')) ?? ''
  expect(row.match(/(?<!\\)\|/g)).toHaveLength(5)
  expect(text).toContain('https:\u200b//example.org/\\|list')
})

test('a comment starts with the verdict, and its tables have all bills', () => {
  const text = renderMarkdown(fullReport)
  expect(text).toMatch(
    /^## wikiflow in us-east-1: what it costs\n\n\*\*It fits: the credit covers 46 days, until 2027-01-08\.\*\*/,
  )
  expect(text).toMatch(/^\| \*\*total\*\* .*\\\$50\.66.*\\\$44\.82.*\\\$54\.31.*\\\$16\.66\*\* \|$/m)
  expect(text).toMatch(/^\| AWS Cost Explorer .* \\\$0\.03 \|$/m)
  expect(text).toMatch(/^- d!: <https:\/\/pricing\..*>, 2026-08-01, older than 90 days$/m)
  expect(text).toMatch(/Next: npx zx cost\/guard\.ts warns in time/)
})
