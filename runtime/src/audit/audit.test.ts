import { appendFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Copy, copyOf, makePipeline, type Pipeline, shortly } from './fixtures.ts'
import { cases } from './fixture-damage.ts'

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

describe('damage', () => {
  afterEach(() => copy.mend())
  test.each(cases)('%s', async (what, sql) => {
    const t0 = performance.now()
    await copy.sql(sql)
    const t = performance.now()
    const full = shortly(await copy.audit())
    const t1 = performance.now()
    const books = shortly(await copy.audit('books'))
    console.log(what, Math.round(t - t0), Math.round(t1 - t), Math.round(performance.now() - t1))
    appendFileSync('/tmp/damage.jsonl', JSON.stringify({ what, full, books }) + '\n')
  })
  test('mended', async () => {
    expect(shortly(await copy.audit())).toEqual([])
  })
})
