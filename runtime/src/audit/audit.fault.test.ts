import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { damageToCounts } from './fixture-damage-counts.ts'
import { damageToLakeTables } from './fixture-damage-lake.ts'
import { damageToMetrics } from './fixture-damage-metrics.ts'
import { type Copy, copyOf, makePipeline, type Pipeline, shortly } from './fixtures.ts'

let pipeline: Pipeline
let copy: Copy
beforeAll(async () => {
  pipeline = await makePipeline()
  copy = await copyOf(pipeline)
})
afterAll(async () => {
  await copy?.stop()
  await pipeline?.stop()
})
afterEach(() => copy.mend())

test.each([...damageToCounts, ...damageToMetrics, ...damageToLakeTables])(
  '$what is found where it was done, and nothing else',
  async ({ sql, full, books }) => {
    await copy.sql(sql)
    expect(shortly(await copy.audit())).toEqual(full)
    expect(shortly(await copy.audit('books'))).toEqual(books)
  },
)

test('damage in several places is found in each', async () => {
  await copy.sql(`DELETE FROM dead_letter WHERE partition = 0 AND "offset" = 10107`)
  await copy.sql(`UPDATE lake_offset SET next_offset = next_offset + 3 WHERE partition = 2`)
  await copy.sql(`UPDATE log_minute SET events = events + 1 WHERE minute = '2026-08-04T16:01Z'`)
  const report = await copy.audit()
  expect(report.verdict).toBe('not conserved')
  expect(new Set(report.findings.listed.map(({ subject }) => subject))).toEqual(
    new Set(['dead_letter', 'lake_offset', 'log_minute']),
  )
  expect(
    report.partitions.filter(({ isConserved }) => !isConserved).map(({ partition }) => partition),
  ).toEqual([0, 2])
})

test('when a whole table was emptied, the list of findings stays short, and says how many more there are', async () => {
  await copy.sql('DELETE FROM page_hour')
  await copy.sql('DELETE FROM recent_change')
  const { listed, unlisted } = (await copy.audit()).findings
  expect(listed.length).toBeLessThan(60)
  expect(unlisted.map(({ subject }) => subject)).toContain('page_hour')
})

test('rows that workers add while an audit runs are not judged', async () => {
  const during = copy.audit()
  await copy.sql(`UPDATE flow_minute SET processed = processed + 0`)
  expect(shortly(await during)).toEqual([])
})

test('records that the log lost in the middle are named, and nothing that followed from them', async () => {
  copy.withhold((partition, offset) => partition === 0 && offset >= 10_010n && offset < 10_030n)
  expect(shortly(await copy.audit())).toEqual(['log_missing log p0 10010-10029'])
})

test('an event that was counted, and its record lost with its rows, shows in log and feed alike', async () => {
  copy.withhold((partition, offset) => partition === 1 && offset === 99n)
  await copy.sql('DELETE FROM recent_change WHERE partition = 0 AND "offset" = 10106')
  expect(shortly(await copy.audit())).toEqual([
    'feed_missing recent_change p0 10106 viwiki, Page 8 of 0, all well',
    'log_missing log p1 99',
  ])
})
