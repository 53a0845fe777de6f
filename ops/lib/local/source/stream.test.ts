import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openStream, type StreamOptions } from './stream.ts'

const startMs = 1_785_855_600_000

function fresh() {
  const folder = mkdtempSync(join(tmpdir(), 'stream-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const clock = { ms: startMs }
  const options = { seed: 3, rate: 40, stateFile: join(folder, 'state.json'), now: () => clock.ms }
  const open = (more: Partial<StreamOptions> = {}) => openStream({ ...options, ...more })
  return { folder, clock, open, stateFile: options.stateFile }
}

test('a restart goes on with the same stream, and what happened meanwhile is in its history', () => {
  const { clock, open } = fresh()
  const before = open()
  before.begin()
  clock.ms += 60_000
  const told = [0, 17, 2_000].map(n => before.entry(n))
  clock.ms += 600_000
  const after = open()
  expect(after.happened()).toBe(before.happened())
  expect(Math.abs(after.happened() - 660 * 40)).toBeLessThan(500)
  expect([0, 17, 2_000].map(n => after.entry(n))).toEqual(told)
})

test('another rate after a restart holds from then on, and leaves the past as it was', () => {
  const { clock, open } = fresh()
  const before = open()
  before.begin()
  clock.ms += 60_000
  const happened = before.happened()
  const dts = Array.from({ length: happened }, (_, n) => before.timeline().dtOf(n))
  const after = open({ rate: 400 })
  expect(after.happened()).toBe(happened)
  clock.ms += 60_000
  expect(Math.abs(after.happened() - happened - 24_000)).toBeLessThan(500)
  expect(dts).toEqual(Array.from({ length: happened }, (_, n) => after.timeline().dtOf(n)))
})

test('poison keeps its place over a restart', () => {
  const { clock, open } = fresh()
  const before = open()
  before.begin()
  clock.ms += 10_000
  before.change({ poison: { broken_json: { count: 3 }, missing_wiki: { rate: 0.1 } }, canariesPerHour: 3600 })
  const from = before.happened()
  clock.ms += 60_000
  const after = open()
  for (let n = from - 5; n < from + 200; n++) {
    expect(after.entry(n)).toEqual(before.entry(n))
    expect(after.canaryBehind(n)).toEqual(before.canaryBehind(n))
  }
  const poison = Array.from({ length: 400 }, (_, i) => after.entry(from - 5 + i).poison)
  expect(poison.slice(0, 5)).toEqual(Array(5).fill(undefined))
  expect(poison.slice(5, 8)).toEqual(Array(3).fill('broken_json'))
  expect(poison.filter(kind => kind === 'missing_wiki').length).toBeGreaterThan(15)
})

test('a burst that is over is still where it was after a restart', () => {
  const { clock, open } = fresh()
  const before = open()
  before.begin()
  clock.ms += 10_000
  before.change({ burst: { factor: 10, seconds: 5 } })
  clock.ms += 20_000
  const after = open()
  const times = (stream: typeof after) =>
    Array.from({ length: 2_500 }, (_, n) => stream.timeline().happensAt(n))
  expect(times(after)).toEqual(times(before))
})

test('the state file stays small over days of bursts', () => {
  const { clock, open, stateFile } = fresh()
  const stream = open()
  stream.begin()
  for (let hour = 0; hour < 100; hour++) {
    clock.ms += 3_600_000
    stream.change({ burst: { factor: 2, seconds: 10 }, poison: { nul_text: { count: 5 } } })
  }
  expect(readFileSync(stateFile).length).toBeLessThan(2_000)
  expect(stream.entry(stream.happened() - 1).n).toBeGreaterThan(14_000_000)
})

test('the state is never half written: no other file is left beside it', () => {
  const { folder, open } = fresh()
  open().begin()
  expect(readdirSync(folder)).toEqual(['state.json'])
})

test('another seed, or a file that is something else, is said and not overwritten', () => {
  const { open, stateFile, folder } = fresh()
  open().begin()
  expect(() => open({ seed: 4 })).toThrow('belongs to a stream with seed 3, not 4: give --seed 3')
  for (const text of ['', '{}', '{"version":2}', '\0\0\0', '[]']) {
    writeFileSync(stateFile, text)
    expect(() => open()).toThrow('is not a state file of the simulator')
    expect(readFileSync(stateFile, 'utf8')).toBe(text)
  }
  expect(() => open({ stateFile: folder })).toThrow("Can't read the state file")
  expect(() => open({ stateFile: join(folder, 'no', 'state') }).begin()).toThrow("Can't write the state file")
})
