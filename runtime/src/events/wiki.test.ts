import { expect, test } from 'vitest'
import { wikiIdentity } from './wiki.ts'

test.each([
  ['en.wikipedia.org', 'wikipedia', 'en'],
  ['vi.wikipedia.org', 'wikipedia', 'vi'],
  ['en.m.wikipedia.org', 'wikipedia', 'en'],
  ['simple.wikipedia.org', 'wikipedia', 'simple'],
  ['zh-min-nan.wikipedia.org', 'wikipedia', 'zh-min-nan'],
  ['be-tarask.wikipedia.org', 'wikipedia', 'be-tarask'],
  ['test.wikipedia.org', 'wikipedia', null],
  ['test2.wikipedia.org', 'wikipedia', null],
  ['no.wikisource.org', 'wikisource', 'no'],
  ['wikisource.org', 'wikisource', null],
  ['beta.wikiversity.org', 'wikiversity', null],
  ['mg.wiktionary.org', 'wiktionary', 'mg'],
  ['www.wikidata.org', 'wikidata', null],
  ['test.wikidata.org', 'wikidata', null],
  ['www.mediawiki.org', 'mediawiki', null],
  ['www.wikifunctions.org', 'wikifunctions', null],
  ['commons.wikimedia.org', 'commons', null],
  ['commons.m.wikimedia.org', 'commons', null],
  ['meta.wikimedia.org', 'meta', null],
  ['species.wikimedia.org', 'species', null],
  ['incubator.wikimedia.org', 'incubator', null],
  ['outreach.wikimedia.org', 'outreach', null],
  ['wikitech.wikimedia.org', 'wikitech', null],
  ['ua.wikimedia.org', 'wikimedia', null],
  ['nyc.wikimedia.org', 'wikimedia', null],
  ['wikipedia.example.com', 'other', null],
  ['en.wikipedia.org.example.com', 'other', null],
  ['localhost', 'other', null],
  ['', 'other', null],
  ['....', 'other', null],
])('%s is project %s, language %s', (server, project, language) => {
  expect(wikiIdentity(server)).toEqual({ project, language })
})
