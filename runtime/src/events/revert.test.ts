import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { isRevert, plainComment, saysRevert } from './revert.ts'
import { rawRevertPatterns, revertPatterns } from './revert-patterns.ts'

/** The rows of the documented table: language, what, example. */
const examples = readFileSync(new URL('../../../docs/reverts.md', import.meta.url), 'utf8')
  .split('\n')
  .map(line => /^\| (\S+) \| (.+?) \| `(.+)` \|$/.exec(line))
  .filter(match => match !== null)
  .map(([, language = '', what = '', example = '']) => ({
    language,
    what,
    example: example.replaceAll('\\|', '|'),
  }))

describe('a documented example of a revert', () => {
  test.each(examples)('$language, $what: $example', ({ language, what, example }) => {
    const raw = rawRevertPatterns.find(([l, w]) => l === language && w === what)
    const plain = revertPatterns.find(([l, w]) => l === language && w === what)
    if (raw) expect(example).toMatch(raw[2])
    else if (plain) expect(plainComment(example)).toMatch(plain[2])
    else expect.fail(`no pattern is named ${language}, ${what}`)
    expect(saysRevert(example)).toBe(true)
  })

  test('there is one for each pattern', () => {
    for (const [language, what] of [...rawRevertPatterns, ...revertPatterns]) {
      expect(examples, `${language}, ${what}`).toContainEqual(expect.objectContaining({ language, what }))
    }
  })
})

test.each([
  '',
  '/* Revert war of 2009 */ comma',
  '/* Undid revision */ typo',
  'Revert war: see the talk page',
  'copyedit after the reverted edits',
  'see [[Help:Reverting|how to revert edits by others]]',
  'Reverted to the older spelling of the name',
  'undo the damage done by the storm, new section',
  'RVs and campers: new section',
  'restored the church tower image',
  'Undid revision control chapter',
  'not a rv',
  'Änderung der Einwohnerzahl rückgängig zu machen wäre falsch',
  'Annulation de la réunion de 1998',
  'Modifications de la loi',
  'Deshecha la alianza de 1920',
  'отмена крепостного права',
  'откат цен',
  'Annullata la gara di andata',
  'Desfeita a coligação de 2010',
  '版を取り消しについて加筆',
  '取消了比赛',
  '撤销案件的条文',
  'الرجوع عن القرار',
  'Đã hủy chuyến bay',
  'Wycofano z eksploatacji',
  'скасування кріпацтва',
  'wijzigingen door de gemeente',
  '/* wbsetclaim-create:2||1 */ [[Property:P1716]]: [[Q11900331]]',
  '/* undo */ see below',
])('speaking of something like a revert is not a revert: %s', comment => {
  expect(saysRevert(comment)).toBe(false)
})

test('only an edit can be a revert, whatever the comment says', () => {
  const comment = 'Undid revision 1 by [[Special:Contributions/Example Reader|Example Reader]]'
  expect(isRevert({ type: 'edit', comment, tags: [] })).toBe(true)
  for (const type of ['new', 'log', 'categorize', 'external'] as const) {
    expect(isRevert({ type, comment, tags: ['mw-undo'] })).toBe(false)
  }
})

test('a tag says it too, but not the tag of the edit that was taken back', () => {
  expect(isRevert({ type: 'edit', comment: '', tags: ['mobile edit', 'mw-rollback'] })).toBe(true)
  expect(isRevert({ type: 'edit', comment: '', tags: ['mw-reverted'] })).toBe(false)
})

test('direction marks and decomposed letters do not hide a revert', () => {
  expect(saysRevert('\u200eUndid revision 5 by \u202aExample Reader\u202c (talk)')).toBe(true)
  expect(saysRevert('Đã hủy sửa đổi 5 của X'.normalize('NFD'))).toBe(true)
})

test('a comment of a million brackets is looked at in no time', () => {
  const started = performance.now()
  for (const hostile of ['[[', 'Reverted ', 'による', 'a: ', '/*', 'Reverted a b c d e ']) {
    saysRevert(hostile.repeat(500_000))
  }
  expect(performance.now() - started).toBeLessThan(500)
})
