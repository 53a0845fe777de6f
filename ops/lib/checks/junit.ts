import { XMLBuilder } from 'fast-xml-parser'
import { visible } from '../cloud/fact-text.ts'
import { type Result } from './check.ts'

const builder = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  format: true,
  suppressEmptyNode: true,
})

/**
 * Results as JUnit's XML, which CI servers show: a failed check is a failure, one that wasn't looked at is skipped, a
 * warning passes and stands in the test's output.
 * @param suite what was verified.
 */
export function toJunit(suite: string, results: readonly Result[]): string {
  const count = (state: Result['state']) => String(results.filter(one => one.state === state).length)
  const seconds = (ms: number) => (ms / 1_000).toFixed(3)
  return builder.build({
    '?xml': { '@version': '1.0', '@encoding': 'UTF-8' },
    testsuite: {
      '@name': safe(suite),
      '@tests': String(results.length),
      '@failures': count('failed'),
      '@errors': '0',
      '@skipped': count('skipped'),
      '@time': seconds(Math.max(0, ...results.map(({ tookMs }) => tookMs))),
      testcase: results.map(result => ({
        '@classname': safe(suite),
        '@name': safe(`${result.id}: ${result.title}`),
        '@time': seconds(result.tookMs),
        ...bodyOf(result),
      })),
    },
  })
}

function bodyOf({ state, found, fix }: Result): object {
  const said = safe(fix === undefined ? found : `${found}\n→ ${fix}`)
  const message = safe(found.split('\n')[0] ?? '')
  if (state === 'failed') return { failure: { '@message': message, '#text': said } }
  if (state === 'skipped') return { skipped: { '@message': message } }
  return { 'system-out': state === 'warning' ? `warning: ${said}` : said }
}

/** XML has no way to write most control characters, nor half a character: they are shown instead. */
function safe(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\uFFFE\uFFFF]/g, found => `\\u{${found.codePointAt(0)?.toString(16)}}`)
    .split('\n')
    .map(visible)
    .join('\n')
}
