import { expect, test } from 'vitest'
import { inTurn } from './in-turn.ts'

test('of one owner one thing is done at a time, also after one that failed; another owner does not wait', async () => {
  const [owner, other] = [{}, {}]
  const said: string[] = []
  const { promise, reject } = Promise.withResolvers<void>()
  const first = inTurn(owner, () => promise)
  const second = inTurn(owner, async () => void said.push('second'))
  await inTurn(other, async () => void said.push('other'))
  expect(said).toEqual(['other'])
  reject(new Error('broken'))
  await expect(first).rejects.toThrow('broken')
  await second
  expect(said).toEqual(['other', 'second'])
})
