import { createParser, type EventSourceMessage } from 'eventsource-parser'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cursorAfter, frame, opening } from './frame.ts'

function parse(bytes: Buffer): EventSourceMessage[] {
  const events: EventSourceMessage[] = []
  createParser({ onEvent: event => events.push(event) }).feed(bytes.toString())
  return events
}

test('a frame is what EventStreams writes, to the byte', () => {
  expect(frame({ a: 'ä' }, '[1]').toString()).toBe('event: message\nid: [1]\ndata: {"a":"ä"}\n\n')
  expect(opening).toBe(':ok\n\n')
})

test('a parser gets back any event that was framed', () => {
  const text = fc.string({ unit: 'binary', maxLength: 20 })
  fc.assert(
    fc.property(fc.array(fc.record({ title: text, comment: text }), { maxLength: 5 }), events => {
      const frames = events.map(event => frame(event, cursorAfter(5)))
      const parsed = parse(Buffer.concat([Buffer.from(opening), ...frames]))
      expect(parsed.map(({ data }) => data)).toEqual(events.map(event => JSON.stringify(event)))
    }),
    { numRuns: 40 },
  )
})

test('line ends in text or bytes do not end the frame early', () => {
  expect(parse(frame('{"a":\r\n1,\n\n"b":\r2}', 'x'))).toEqual([
    { event: 'message', id: 'x', data: '{"a":\n1,\n"b":\n2}' },
  ])
})

test('bytes that are not UTF-8 pass unchanged', () => {
  const bytes = Buffer.from([0x22, 0xff, 0xc0, 0xaf, 0x22])
  expect(frame(bytes, 'x').includes(bytes)).toBe(true)
})

test('after a resume the idle topic comes first, as KafkaSSE orders it', () => {
  const places = (resumed: boolean) => JSON.parse(cursorAfter(99, resumed))
  expect(places(true)).toEqual(places(false).reverse())
  expect(places(false)[0]).toEqual({ topic: 'eqiad.mediawiki.recentchange', partition: 0, timestamp: 100 })
})
