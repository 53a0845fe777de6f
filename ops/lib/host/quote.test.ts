import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findCommand } from '../checks/find-command.ts'
import { commandLine, quote } from './quote.ts'

const shells = ['sh', 'dash', 'bash', 'zsh'].filter(shell => findCommand(shell) !== undefined)

const hostile = [
  '',
  ' ',
  "'",
  "''",
  '"',
  '\\',
  "\\'",
  '$(touch /tmp/wikiflow-was-here)',
  '`id`',
  '$HOME',
  `\${HOME}`,
  '!!',
  '!',
  '-n',
  '--',
  '~',
  '~root',
  '*',
  '[a-z]?',
  '{a,b}',
  'a=b',
  'if',
  '#no comment',
  '&& exit 3',
  '; exit 3',
  '| cat',
  '> /dev/null',
  'a\nb',
  '\n',
  'a\n',
  'a\r\nb',
  '\t',
  '\u0001\u001b[2J\u007f',
  'é漢🎈\u202e',
  '%s%n',
  '\\n\\0',
]

/** What a shell hands to a command as its arguments. */
function argumentsIn(shell: string, words: readonly string[]): string[] {
  const line = `${commandLine(['printf', '%s\\0'])} ${commandLine(words)}`
  return execFileSync(shell, ['-c', line], { encoding: 'utf8' }).split('\0').slice(0, -1)
}

test.each(shells)('%s reads each hostile word as it was written', shell => {
  expect(argumentsIn(shell, hostile)).toEqual(hostile)
})

test.each(shells)('%s reads any text as it was written', shell => {
  const word = fc.string({ unit: 'binary' }).filter(text => !text.includes('\0') && text.isWellFormed())
  const words = fc.array(word, { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(words, given => {
      expect(argumentsIn(shell, given)).toEqual(given)
    }),
    { numRuns: 25 },
  )
})

test('a quoted line can be quoted again, as a shell in a shell needs it', () => {
  const inner = commandLine(['printf', '%s\\0', ...hostile])
  const said = execFileSync('sh', ['-c', commandLine(['sh', '-c', inner])], { encoding: 'utf8' })
  expect(said.split('\0').slice(0, -1)).toEqual(hostile)
})

test('what no argument can hold is refused in a sentence', () => {
  expect(() => quote('a\0b')).toThrow('"a\\u0000b" holds a NUL character')
  expect(() => quote('a\ud83cb')).toThrow('"a\\ud83cb" holds half a character')
  expect(() => commandLine(['echo', '\udc00'])).toThrow('half a character')
})
