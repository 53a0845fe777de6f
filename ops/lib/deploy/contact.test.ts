import { expect, test } from 'vitest'
import { UserError } from '../script.ts'
import { assertContact } from './contact.ts'

test.each([
  {},
  { WIKIFLOW_CONTACT: '' },
  { SOURCE_URL: 'https://stream.wikimedia.org/v2/stream/recentchange' },
])('Wikimedia is not read for nobody: %j', variables => {
  expect(() => assertContact({ variables })).toThrow(UserError)
  expect(() => assertContact({ variables })).toThrow('set pipeline.contact in wikiflow.config.ts')
})

test.each([
  { WIKIFLOW_CONTACT: 'me@example.org' },
  { SOURCE_URL: 'http://simulator:8080/' },
  { SOURCE_URL: 'https://stream.wikimedia.org.example.org/' },
])('with a contact, or from another source, it is read: %j', variables => {
  expect(() => assertContact({ variables })).not.toThrow()
})
