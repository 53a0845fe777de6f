import { expect, test } from 'vitest'
import { judgeObject, lakeReadableCheck } from './lake-readable.ts'
import { commands, view } from './test-view.ts'

const last = { key: 'raw/dt=2026-11-23/hour=07/wiki.recentchange-3-0-118.parquet', rows: 119 }
const whole = { rows: 119, offsets: 119, first: 0, last: 118, partitions: '3' }

test('rows that are too few, twice, of another partition or of another range are told', () => {
  expect(judgeObject(last, { rows: 118, offsets: 117, first: 1, last: 119, partitions: '2 and 3' })).toEqual({
    state: 'failed',
    found:
      'wiki.recentchange-3-0-118.parquet: 118 rows, and 119 were written, 1 rows twice, rows of partition 2 and 3, offsets 1 to 119',
  })
  expect(judgeObject(last, { rows: 0, offsets: 0, first: -1, last: -1, partitions: '' }).state).toBe('failed')
  expect(judgeObject({ key: '../../etc/passwd', rows: 1 }, whole).state).toBe('failed')
})

test('a whole object is told with its rows, and a log with holes is no failure', () => {
  expect(judgeObject(last, whole)).toEqual({
    state: 'ok',
    found: 'DuckDB finds 119 rows in wiki.recentchange-3-0-118.parquet, as many as its name says',
  })
  expect(judgeObject({ ...last, rows: 100 }, { ...whole, rows: 100, offsets: 100 })).toMatchObject({
    state: 'ok',
    found: expect.stringMatching(/the log has 19 holes there$/),
  })
})

test('what is no Parquet is refused in a sentence', async () => {
  const pipeline = { commands, readObject: async () => Buffer.from('PAR1 not really PAR1') }
  const context = { view: async () => view(), pipeline: async () => pipeline as never }
  await expect(lakeReadableCheck.run(context, () => {})).rejects.toThrow(
    /^DuckDB can't read the newest object: /,
  )
})
