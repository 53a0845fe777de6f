import { expect, test } from 'vitest'
import { type LogLine } from './line.ts'
import { logRenderer } from './render.ts'

const line = (text: string): LogLine => ({
  time: '2026-11-20T08:00:00.123456789Z',
  service: 'worker',
  replica: 2,
  node: 'host-1',
  text,
})
const entry = (fields: object) =>
  line(JSON.stringify({ level: 30, time: Date.parse('2026-11-20T08:00:00Z'), service: 'worker', ...fields }))

/** Without the colours that the renderer itself sets. */
function uncoloured(text: string): string {
  return text.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g'), '')
}

const hostile = '\u001b]0;owned\u0007\u001b[2Jx\u202ey\r'

test('on a terminal our own lines are readable, with who said them', () => {
  expect(uncoloured(logRenderer('terminal')(entry({ msg: 'counted', records: 12 })))).toBe(
    'worker.2    | [08:00:00] INFO: counted {"records":12}',
  )
})

test("another engine's lines stay as they are", () => {
  const text = 'INFO  2026-11-20 08:00:00,123 [shard 0] main - Successfully started Redpanda!'
  expect(uncoloured(logRenderer('terminal')(line(text)))).toBe(`worker.2    | 08:00:00 ${text}`)
})

test.each([
  ['a text', line(hostile)],
  ['a message', entry({ msg: hostile })],
  ['a field', entry({ msg: 'm', wiki: hostile, deep: [{ [hostile]: hostile }] })],
  [
    'an error',
    entry({ msg: 'm', err: { type: 'Error', message: hostile, stack: `Error: ${hostile}\n at x` } }),
  ],
  ['JSON that is none of ours', line(JSON.stringify({ msg: hostile }) + hostile)],
])('what acts on a terminal is shown instead of done: %s', (_, hostileLine) => {
  for (const style of ['terminal', 'plain', 'json'] as const) {
    const shown = uncoloured(logRenderer(style)(hostileLine))
    expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/)
    expect(shown).toContain('owned')
  }
})

test('a message of several lines forges no line of another service', () => {
  const shown = uncoloured(logRenderer('terminal')(entry({ msg: 'one\nbatch.1     | two' })))
  expect(shown.split('\n').every(one => one.startsWith('worker.2    | '))).toBe(true)
})

test('for programs: one object a line, our own entries as objects', () => {
  const render = logRenderer('json')
  expect(JSON.parse(render(entry({ msg: 'counted' })))).toMatchObject({
    ...{ service: 'worker', replica: 2, node: 'host-1', time: '2026-11-20T08:00:00.123456789Z' },
    entry: { msg: 'counted' },
  })
  expect(JSON.parse(render(line('{"broken')))).toMatchObject({ text: '{"broken' })
  expect(render(entry({ msg: 'a\nb' }))).not.toContain('\n')
})

test('off a terminal a line stays a line, as the container wrote it', () => {
  expect(logRenderer('plain')(line('{"level":30}'))).toBe(
    '2026-11-20T08:00:00.123456789Z worker.2 | {"level":30}',
  )
})
