import { expect, test } from 'vitest'
import { found } from './test-found.ts'
import { partsBut, walkers } from './walk.ts'

const parts = [
  { id: 'bucket', needs: [] },
  { id: 'role', needs: ['bucket'] },
  { id: 'host-group', needs: [] },
  { id: 'database-group', needs: ['host-group'] },
  { id: 'database', needs: ['database-group', 'parameter-group'] },
  { id: 'parameter-group', needs: [] },
  { id: 'host-1', needs: ['role', 'host-group'] },
]
const ids = (leave: string[]) => partsBut(parts, leave).map(({ id }) => id)

test('without a step that is left out, all parts are made, in one plan with its bill', () => {
  expect(partsBut(parts, [])).toBe(parts)
})

test('a step comes with all that it needs, however far down, and with nothing else', () => {
  expect(ids(['bucket', 'host'])).toEqual(['host-group', 'database-group', 'database', 'parameter-group'])
  expect(ids(['database', 'host'])).toEqual(['bucket'])
  expect(ids(['bucket', 'database'])).toEqual(['bucket', 'role', 'host-group', 'host-1'])
})

test("hosts given by address are nobody's to make here: what is wrong with them is told", async () => {
  const todo = found({ host: { state: 'unknown', evidence: 'host-1 refused the connection' } }).filter(
    ({ id }) => id === 'host',
  )
  const walk = walkers.infrastructure(todo, [], {
    ...{ root: '/nowhere', json: true, overBudget: false },
    destination: { target: 'hosts.json', state: '/nowhere' },
    agree: () => Promise.reject(new Error('nothing is asked')),
  })
  await expect(walk).rejects.toThrow(/^host-1 refused the connection$/)
})
