import { expect, test } from 'vitest'
import { type Facts, type Found, type Part } from './part.ts'
import { countSteps, isDrift, isSettled, makePlan } from './plan.ts'
import { appliedMark } from './tags.ts'

const want: Facts = { size: 20, open: ['a', 'b'], zone: 'us-east-1a' }

function part(found: Partial<Found> | undefined, changes: Partial<Part> = {}): Part {
  const asked = { ours: true, id: 'thing-1', facts: want, applied: appliedMark(want) }
  return {
    id: 'thing',
    title: 'Thing',
    name: 'wikiflow-thing',
    needs: [],
    wanted: true,
    want,
    fixed: { zone: 'a thing stays where it was made' },
    usage: [],
    find: async () => found && { ...asked, ...found },
    create: async () => {},
    change: async () => {},
    tag: async () => {},
    remove: async () => {},
    ...changes,
  }
}

async function planOf(one: Part, options = {}) {
  const plan = await makePlan([one], options)
  return { ...plan, step: plan.steps[0] }
}

test('what is as it should be needs nothing, in whatever order AWS lists it', async () => {
  const plan = await planOf(part({ facts: { ...want, open: ['b', 'a'], more: 'not ours to say' } }))
  expect(plan.step?.action).toBe('same')
  expect(isSettled(plan)).toBe(true)
})

test('a value changed by hand is drift, a new one in the description is a change, side by side', async () => {
  const asked = appliedMark({ ...want, size: 10 })
  const { step } = await planOf(part({ applied: asked, facts: { ...want, size: 10, open: ['a', 'b', 'x'] } }))
  expect(step?.differences).toEqual([
    { property: 'size', before: 10, after: 20, kind: 'change' },
    { property: 'open', before: ['a', 'b', 'x'], after: ['a', 'b'], kind: 'drift' },
  ])
  expect(step && isDrift(step)).toBe(false)
})

test('a property that this caller may not read is not compared, one that is not there is', async () => {
  expect((await planOf(part({ facts: { ...want, size: undefined } }))).step?.action).toBe('same')
  const { step } = await planOf(part({ facts: { open: ['a', 'b'], zone: 'us-east-1a' } }))
  expect(step?.differences).toEqual([{ property: 'size', before: undefined, after: 20, kind: 'drift' }])
  expect(step && isDrift(step)).toBe(true)
})

test('a change whose record was cut off by a kill is recorded by the next run', async () => {
  const { step } = await planOf(part({ applied: appliedMark({ ...want, size: 10 }) }))
  expect(step).toMatchObject({ action: 'change', differences: [] })
})

test("a thing of the same name that isn't ours stops the run, and is taken over when asked", async () => {
  const foreign = part({ ours: false, applied: undefined })
  const stopped = await planOf(foreign)
  expect(stopped.obstacles.map(({ why }) => why)).toEqual([
    expect.stringContaining("wikiflow-thing exists (thing-1) and doesn't carry this stack's tags"),
  ])
  const adopted = await planOf(foreign, { adopt: true })
  expect(adopted.obstacles).toEqual([])
  expect(adopted.step?.action).toBe('adopt')
})

test("a thing that isn't ours is never removed", async () => {
  expect((await planOf(part({ ours: false }, { wanted: false }))).steps).toEqual([])
  expect((await planOf(part(undefined, { wanted: false }))).steps).toEqual([])
  expect((await planOf(part({}, { wanted: false }))).step?.action).toBe('delete')
})

test('what can only be made anew says why and what is lost, and is made anew only when named', async () => {
  const moved = part({ facts: { ...want, zone: 'us-east-1b' } }, { holds: 'the log' })
  const { obstacles } = await planOf(moved)
  expect(obstacles[0]?.why).toBe(
    "Thing wikiflow-thing can't be changed in place (zone: a thing stays where it was made): put the old value back, or make it anew, which loses the log, with --replace thing",
  )
  const plan = await planOf(moved, { replace: ['thing'] })
  expect(plan.obstacles).toEqual([])
  expect(countSteps(plan)).toMatchObject({ replace: 1, same: 0 })
})
