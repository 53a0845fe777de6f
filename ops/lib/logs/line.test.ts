import { expect, test } from 'vitest'
import { byTime, parseLogLine } from './line.ts'

test('a line is taken apart: when, who, where, what', () => {
  const raw = '2026-11-20T08:00:00.123456789Z wiki-flow_worker.2@host-1    | {"level":30}'
  expect(parseLogLine(raw, 'wiki-flow')).toEqual({
    time: '2026-11-20T08:00:00.123456789Z',
    service: 'worker',
    replica: 2,
    node: 'host-1',
    text: '{"level":30}',
  })
})

test.each([
  ['an empty line', '', ''],
  ['one that looks like another line', '2020-01-01T00:00:00Z s_ingest.1@host-9 | I am ingest', undefined],
  ['bars and blanks at its ends', ' | a |  ', undefined],
  ['what acts on a terminal, as it is', '\u001b[2J\r\u202e', undefined],
])('what a container says stays its own: %s', (_, text, expected = text) => {
  const line = parseLogLine(`2026-11-20T08:00:00.1Z s_worker.1@host-1    | ${text}`, 's')
  expect(line).toMatchObject({ service: 'worker', replica: 1, node: 'host-1', text: expected })
})

test('what Docker itself has to say is no line of a container', () => {
  expect(parseLogLine('error from daemon in stream: node abc | is not available', 's')).toBeUndefined()
  expect(parseLogLine('no such service: s_worker', 's')).toBeUndefined()
  expect(parseLogLine('', 's')).toBeUndefined()
})

test('lines are in the order of time, also when a time lacks its last zeros', () => {
  const at = (time: string) => ({ time, service: 's', replica: 1, node: 'n', text: time })
  const times = [
    '2026-11-20T08:00:01Z',
    '2026-11-20T08:00:00.2Z',
    '2026-11-20T08:00:00Z',
    '2026-11-20T08:00:00.123456789Z',
    '2026-11-20T08:00:00.12Z',
  ]
  expect(
    times
      .map(at)
      .sort(byTime)
      .map(({ time }) => time),
  ).toEqual([
    '2026-11-20T08:00:00Z',
    '2026-11-20T08:00:00.12Z',
    '2026-11-20T08:00:00.123456789Z',
    '2026-11-20T08:00:00.2Z',
    '2026-11-20T08:00:01Z',
  ])
})
