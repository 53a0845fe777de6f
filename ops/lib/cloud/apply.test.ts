import { describe, expect, test } from 'vitest'
import { applyPlan, type StepEvent } from './apply.ts'
import { type Fact, type Found, type Part, type Tag } from './part.ts'
import { makePlan } from './plan.ts'
import { isOurs, tagKeys, tagValue } from './tags.ts'

const stack = { name: 'wikiflow', region: 'us-east-1', account: '123456789012' }

/** A thing that lives in memory; `log` says what was done to it. */
type Thing = { facts: Record<string, Fact>; tags: Tag[] }
type World = { things: Map<string, Thing>; log: string[]; broken: Set<string> }

function world(): World {
  return { things: new Map(), log: [], broken: new Set() }
}

function memoryPart({ things, log, broken }: World, id: string, needs: string[], wanted = true): Part {
  const act = async (what: string) => {
    log.push(`${what} ${id}`)
    await new Promise(settle => setImmediate(settle))
    if (broken.has(`${what} ${id}`)) throw new Error(`${id} is broken`)
  }
  return {
    id,
    title: 'Thing',
    name: id,
    needs,
    wanted,
    want: { size: 20 },
    fixed: {},
    usage: [],
    find: async (): Promise<Found | undefined> => {
      const thing = things.get(id)
      return (
        thing && {
          id,
          ours: isOurs(stack, id, thing.tags),
          facts: thing.facts,
          applied: tagValue(thing.tags, tagKeys.applied),
        }
      )
    },
    create: async ({ tags }) => {
      await act('create')
      things.set(id, { facts: { size: 1 }, tags: [...tags] })
    },
    change: async (_found, differences) => {
      await act('change')
      const thing = things.get(id)
      for (const { property, after } of differences) if (thing) thing.facts[property] = after
    },
    tag: async (_found, tags) => {
      await act('tag')
      const thing = things.get(id)
      if (thing) thing.tags = [...tags]
    },
    remove: async () => {
      await act('remove')
      things.delete(id)
    },
  }
}

async function applyAll(parts: Part[], signal?: AbortSignal) {
  const events: StepEvent[] = []
  const plan = await makePlan(parts, { adopt: true, replace: parts.map(({ id }) => id) })
  return { ...(await applyPlan(stack, plan, event => events.push(event), signal)), events }
}

describe('a plan that is carried out', () => {
  const chain = (where: World, wanted = true) => [
    memoryPart(where, 'c', ['b'], wanted),
    memoryPart(where, 'a', [], wanted),
    memoryPart(where, 'b', ['a'], wanted),
  ]

  test('makes what is needed first, and removes it last', async () => {
    const here = world()
    await applyAll(chain(here))
    expect(here.log.filter(line => line.startsWith('create'))).toEqual(['create a', 'create b', 'create c'])
    here.log.length = 0
    await applyAll(chain(here, false))
    expect(here.log).toEqual(['remove c', 'remove b', 'remove a'])
    expect(here.things.size).toBe(0)
  })

  test('changes nothing the second time', async () => {
    const here = world()
    await applyAll(chain(here))
    here.log.length = 0
    expect((await applyAll(chain(here))).failures).toEqual([])
    expect(here.log).toEqual([])
  })

  test('begins nothing new after a failure, says what was left, and goes on from there', async () => {
    const here = world()
    here.broken.add('change b')
    const first = await applyAll(chain(here))
    expect(first.failures.map(({ step, error }) => [step.part.id, String(error)])).toEqual([
      ['b', 'Error: b is broken'],
    ])
    expect(first.skipped.map(({ part }) => part.id)).toEqual(['c'])
    here.broken.clear()
    here.log.length = 0
    expect((await applyAll(chain(here))).failures).toEqual([])
    expect(here.log).toEqual(['change b', 'tag b', 'create c', 'change c'])
  })

  test('begins nothing once the lock is lost', async () => {
    const here = world()
    const { skipped } = await applyAll(chain(here), AbortSignal.abort())
    expect(skipped).toHaveLength(3)
    expect(here.log).toEqual([])
  })

  test('tags a thing that is adopted before it is changed, so that a kill leaves it ours', async () => {
    const here = world()
    here.things.set('a', { facts: { size: 1 }, tags: [{ Key: 'Name', Value: 'theirs' }] })
    await applyAll([memoryPart(here, 'a', [])])
    expect(here.log).toEqual(['tag a', 'change a'])
  })

  test('does not call done what AWS shows otherwise', async () => {
    const here = world()
    const deaf = { ...memoryPart(here, 'a', []), change: async () => {} }
    const { failures } = await applyAll([deaf])
    expect(String(failures[0]?.error)).toContain('was set, but AWS says: size is 1, not 20')
  })
})

test('a thing that somebody else made since the plan is not changed', async () => {
  const here = world()
  const part = memoryPart(here, 'a', [])
  const late: Part = {
    ...part,
    create: async () => {
      here.things.set('a', { facts: { size: 1 }, tags: [] })
    },
  }
  const { failures } = await applyAll([late])
  expect(String(failures[0]?.error)).toContain("doesn't carry this stack's tags by now")
  expect(here.log).toEqual([])
})

test('what hangs on a thing that is made anew is looked at again', async () => {
  const here = world()
  const host: Part = { ...memoryPart(here, 'host', []), fixed: { size: 'it stays as it was made' } }
  const address = memoryPart(here, 'address', ['host'])
  const remove = host.remove
  await applyAll([host, address])
  const lose: Part = {
    ...host,
    remove: async (found, work) => {
      await remove(found, work)
      const detached = here.things.get('address')
      if (detached) detached.facts.size = 0
    },
  }
  const old = here.things.get('host')
  if (old) old.facts.size = 5
  here.log.length = 0
  expect((await applyAll([lose, address])).failures).toEqual([])
  expect(here.log).toEqual(['remove host', 'create host', 'change host', 'change address', 'tag address'])
})
