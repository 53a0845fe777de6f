import { describe, expect, test } from 'vitest'
import { logName } from './fixtures.ts'
import { measureLag } from './lag.ts'

const at = (next: bigint, busy = false) => new Map([[0, { next, sought: next, busy }]])
const log = (start: bigint, end: bigint) => async () => new Map([[0, { start, end }]])

describe('the lag', () => {
  test('is what the log holds past the stored offset', async () => {
    expect(await measureLag(logName, at(5n), new Map(), log(0n, 12n))).toEqual(new Map([[0, 7n]]))
  })

  test('is measured against ends asked for after the positions were looked at', async () => {
    const positions = at(5n)
    const lag = await measureLag(logName, positions, new Map(), async () => {
      const position = positions.get(0)
      if (position) position.next = 20n
      return new Map([[0, { start: 0n, end: 12n }]])
    })
    expect(lag.get(0)).toBe(7n)
  })

  test('of a log that ends before what is counted is an error', async () => {
    await expect(measureLag(logName, at(5n), new Map(), log(0n, 4n))).rejects.toThrow('the log ends at 4')
  })

  test('of a log that begins after what is counted is an error, once nothing moves any more', async () => {
    const lost = log(9n, 12n)
    expect((await measureLag(logName, at(5n), new Map(), lost)).get(0)).toBe(7n)
    expect((await measureLag(logName, at(5n), new Map([[0, 4n]]), lost)).get(0)).toBe(7n)
    expect((await measureLag(logName, at(5n, true), new Map([[0, 5n]]), lost)).get(0)).toBe(7n)
    await expect(measureLag(logName, at(5n), new Map([[0, 5n]]), lost)).rejects.toThrow(
      'retention took offsets 5 to 9',
    )
  })
})
