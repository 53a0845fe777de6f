import { expect, test } from 'vitest'
import { UserError } from '../script.ts'
import { commandsIn } from './commands.ts'

test('commands are the lines of marked blocks, with their section and kind', () => {
  const book =
    '# Book\n\n## first: one\n\n```sh look\na --b\n\nc\n```\n\ntext `d`\n\n```sh prove\r\ne\r\n```\r\n## second: two\n```sh act\nf\n```\n'
  expect(commandsIn(book)).toEqual([
    { step: 'first', kind: 'look', line: 'a --b' },
    { step: 'first', kind: 'look', line: 'c' },
    { step: 'first', kind: 'prove', line: 'e' },
    { step: 'second', kind: 'act', line: 'f' },
  ])
})

test.each([
  ['a block that nobody marked', '## a: b\n```sh\nrm\n```\n', 'line 2'],
  ['a mark that there is not', '## a: b\n\n```sh try\nrm\n```\n', 'line 3'],
  ['another language', '## a: b\n```js act\nrm\n```\n', 'line 2'],
  ['a block above all sections', '# A\n```sh act\nrm\n```\n', 'line 2'],
  ['a block without an end', '## a: b\n```sh act\nrm\n', "doesn't end"],
])('%s is refused', (_, book, said) => {
  expect(() => commandsIn(book)).toThrow(UserError)
  expect(() => commandsIn(book)).toThrow(said)
})
