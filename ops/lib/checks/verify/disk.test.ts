import { expect, test } from 'vitest'
import { judgeDisks } from './disk.ts'

const gib = 2 ** 30
const host = (name: string, free: number) => ({ name, disk: { total: 30 * gib, free: free * gib } })

test.each([
  [7, 'ok', 76],
  [6, 'warning', 80],
  [3.1, 'warning', 89],
  [3, 'failed', 90],
  [0, 'failed', 100],
])('with %d of 30 GiB free a disk is %s', (free, state, percent) => {
  expect(judgeDisks([host('host-2', 20), host('host-1', free)])).toMatchObject({
    state,
    found: `host-2 is 33 % full, with 20.0 GiB free\nhost-1 is ${percent} % full, with ${free.toFixed(1)} GiB free`,
  })
})
