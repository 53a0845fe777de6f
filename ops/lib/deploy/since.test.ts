import { expect, test } from 'vitest'
import { readConfig } from '../../../runtime/src/platform/config.ts'
import { UserError } from '../script.ts'
import { readSince } from './since.ts'

const id =
  '[{"topic":"eqiad.mediawiki.recentchange","partition":0,"timestamp":1785855600000},{"topic":"codfw.mediawiki.recentchange","partition":0,"offset":-1}]'

test.each(['2026-08-04T15:00:00Z', '2026-08-04T17:00:00.123+02:00', '1785855600000', id])(
  '%s reaches ingest as it is, and ingest takes it',
  text => {
    expect(readSince(text)).toBe(text)
    expect(readConfig(['SOURCE_SINCE'], { SOURCE_SINCE: text }).SOURCE_SINCE).toBeDefined()
  },
)

test.each([
  '',
  'yesterday',
  '2026-08-04',
  '1785855',
  '[]',
  '[{}]',
  id.slice(1),
  '$(reboot)',
  `${id}\n$(reboot)`,
])('%j is refused before anything is deployed', text => {
  expect(() => readSince(text)).toThrow(UserError)
  expect(() => readSince(text)).toThrow(/^--since is .+; allowed: a time such as/s)
})
