import { describe, expect, test } from 'vitest'
import { type Source } from '../contract.ts'
import { ConfigError } from '../platform/config.ts'
import { type Cursor } from '../platform/source-cursor.ts'
import { checkContinuity, resumeAfter, resumeFrom } from './resume.ts'

const at = (timestamp: number): Cursor => [{ topic: 't', partition: 0, timestamp }]
const rewind = { ms: 5_000, offsets: 1_000 }
const noon = Date.UTC(2026, 7, 4, 12)

test('a resume goes by the log, and by SOURCE_SINCE where the log has no cursor or ends before it', () => {
  expect(resumeFrom(at(noon), undefined, rewind)).toEqual({ cursor: at(noon - 5_000) })
  expect(resumeFrom(at(noon), noon - 1, rewind)).toEqual({ cursor: at(noon - 5_000) })
  expect(resumeFrom(at(noon), noon + 1, rewind)).toEqual({ sinceMs: noon + 1 })
  expect(resumeFrom(undefined, noon, rewind)).toEqual({ sinceMs: noon })
  expect(resumeFrom(undefined, undefined, rewind)).toEqual({})
})

describe('with the id of an event as SOURCE_SINCE', () => {
  const id = (timestamp: number): Cursor => [
    { topic: 't', partition: 0, timestamp },
    { topic: 'idle', partition: 0, offset: -1 },
  ]

  test('an empty log begins a rewind before it, so that nothing after it is left out', () => {
    expect(resumeFrom(undefined, id(noon), rewind)).toEqual({ cursor: id(noon - 5_000) })
  })
  test('a log that ends after it goes on from its own end, as with a time', () => {
    expect(resumeFrom(at(noon), id(noon - 1), rewind)).toEqual({ cursor: at(noon - 5_000) })
    expect(resumeFrom(at(noon), id(noon), rewind)).toEqual({ cursor: at(noon - 5_000) })
    expect(resumeFrom(at(noon), id(noon + 60_000), rewind)).toEqual({ cursor: id(noon + 55_000) })
  })
  test('offsets decide where there are no times, and another topic’s say nothing'.replace('’', "'"), () => {
    const line = (offset: number, topic = 'replay.0'): Cursor => [{ topic, partition: 0, offset }]
    expect(resumeFrom(line(5_000), line(9_000), rewind)).toEqual({ cursor: line(8_000) })
    expect(resumeFrom(line(9_000), line(5_000), rewind)).toEqual({ cursor: line(8_000) })
    expect(resumeFrom(line(5_000), line(9_000, 'replay.1'), rewind)).toEqual({ cursor: line(4_000) })
    expect(resumeFrom(line(5_000), noon, rewind)).toEqual({ cursor: line(4_000) })
  })
})

test('a replay stopped near its file’s first line begins again there', () => {
  expect(resumeFrom([{ topic: 'replay.0', partition: 0, offset: 3 }], undefined, rewind)).toEqual({})
})

describe('after a connection that brought events', () => {
  const began = (timestamp: number) => ({ cursor: at(timestamp) })

  test('the next asks again for an eighth of it, at most for a rewind, at least for a millisecond', () => {
    expect(resumeAfter(at(noon), began(noon - 900_000), 5_000)).toEqual(began(noon - 5_000))
    expect(resumeAfter(at(noon), began(noon - 8_000), 5_000)).toEqual(began(noon - 1_000))
    expect(resumeAfter(at(noon), began(noon - 3), 5_000)).toEqual(began(noon - 1))
    expect(resumeAfter(at(noon), {}, 5_000)).toEqual(began(noon - 5_000))
  })
  test('a source that cuts every few events is still read to its end', () => {
    const eventMs = 40
    let resume = began(noon)
    for (let connections = 0; connections < 100; connections++) {
      resume = resumeAfter(
        at((resume.cursor[0]?.timestamp ?? 0) + 3 * eventMs),
        resume,
        5_000,
      ) as typeof resume
    }
    expect(resume.cursor[0]?.timestamp).toBeGreaterThan(noon + 100 * 2 * eventMs)
  })
  test('offsets are exact and idle topics stay', () => {
    const place = [
      { topic: 'replay.0', partition: 0, offset: 41 },
      { topic: 't', partition: 0, offset: -1 },
    ]
    expect(resumeAfter(place, {}, 5_000)).toEqual({ cursor: place })
  })
})

describe('between the end of the log and the source', () => {
  const tail = (held: Source[], cursors: [Source, Cursor][], end = 10n) => ({
    held: new Set(held),
    cursors: new Map(cursors),
    newest: held[0] && { source: held[0], appendedAtMs: noon },
    ends: new Map([[0, end]]),
  })

  test('nothing is missing when the log knows where to go on, or is new', () => {
    expect(checkContinuity(tail(['live'], [['live', at(noon)]]), 'live', undefined)).toBeUndefined()
    expect(checkContinuity(tail([], [], 0n), 'live', undefined)).toBeUndefined()
  })
  test('what SOURCE_SINCE leaves out is said', () => {
    expect(checkContinuity(tail(['live'], [['live', at(noon)]]), 'live', noon + 3_600_000)).toBe(
      'SOURCE_SINCE skips what the source holds from 2026-08-04T12:00:00.000Z to 2026-08-04T13:00:00.000Z',
    )
  })
  test('what an id leaves out is said as well', () => {
    expect(checkContinuity(tail(['live'], [['live', at(noon)]]), 'live', at(noon + 3_600_000))).toBe(
      'SOURCE_SINCE skips what the source holds from 2026-08-04T12:00:00.000Z to 2026-08-04T13:00:00.000Z',
    )
    expect(checkContinuity(tail(['live'], [['live', at(noon)]]), 'live', at(noon - 1))).toBeUndefined()
  })
  test('events without a cursor stop it, with a time to set', () => {
    const check = () => checkContinuity(tail(['live'], []), 'live', undefined)
    expect(check).toThrow(ConfigError)
    expect(check).toThrow(
      'set SOURCE_SINCE, for example to the newest one’s append time, 2026-08-04T12:00'.replace('’', "'"),
    )
    expect(checkContinuity(tail(['live'], []), 'live', noon)).toBeUndefined()
  })
  test('a log of simulated events does not keep the live stream from starting', () => {
    expect(checkContinuity(tail(['simulate'], [['simulate', at(noon)]]), 'live', undefined)).toMatch(
      'the log ends with events of the simulate source',
    )
  })
  test('a log that its retention emptied is said to be', () => {
    expect(checkContinuity(tail([], []), 'live', undefined)).toMatch('retention has taken all')
  })
})
