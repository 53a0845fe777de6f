import { expect, test } from 'vitest'
import { execCommand, splitCommand } from './exec-command.ts'

test('what stands behind the first "--" is a command that nobody looks into', () => {
  expect(splitCommand(['worker', '--replica', '2', '--', 'ls', '--help', '--', '-la'])).toEqual({
    own: ['worker', '--replica', '2'],
    command: ['ls', '--help', '--', '-la'],
  })
  expect(splitCommand(['worker'])).toEqual({ own: ['worker'], command: [] })
  expect(splitCommand(['worker', '--'])).toEqual({ own: ['worker'], command: [] })
})

test('a command gets a terminal where there is one; without a command it is a shell', () => {
  expect(execCommand('c', ['ls', '-la'], false)).toEqual([
    'docker',
    'exec',
    '--interactive',
    'c',
    'ls',
    '-la',
  ])
  expect(execCommand('c', ['top'], true)).toEqual(['docker', 'exec', '--interactive', '--tty', 'c', 'top'])
  expect(execCommand('c', [], true).slice(4, 7)).toEqual(['c', 'sh', '-c'])
})
