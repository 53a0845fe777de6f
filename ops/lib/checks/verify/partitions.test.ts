import { expect, test } from 'vitest'
import { judgePartitions } from './partitions.ts'
import { asked, threeWorkers } from './test-view.ts'

const worker = (name: string, partitions: number[] | null) => asked(name, { partitions })
const [one, two, three] = threeWorkers

test('a partition that two workers count, and one that nobody does, are named with who it is', () => {
  const found = judgePartitions(
    [worker('worker 1', [0, 1, 2, 3, 4]), worker('worker 2', [4, 5, 6, 7]), worker('worker 3', [8, 9, 10])],
    3,
  )
  expect(found).toEqual({
    state: 'failed',
    found: 'nobody counts partition 11\npartition 4 is counted by worker 1 and worker 2',
  })
})

test('a worker that does not answer leaves its partitions open', () => {
  expect(
    judgePartitions(
      [one, two].filter(found => found !== undefined),
      3,
    ).found,
  ).toBe('2 of 3 workers answer\nnobody counts partitions 2, 5, 8, 11')
  expect(judgePartitions([worker('worker', null)], 1).found).toMatch(/^nobody counts partitions 0, 1, .* 11$/)
})

test('a partition that the log should not have is told', () => {
  const all = Array.from({ length: 13 }, (_, id) => id)
  expect(judgePartitions([worker('worker', all)], 1)).toEqual({
    state: 'failed',
    found: 'there should be no partition 12',
  })
})

test('shares differ by one where they must; by more they are uneven', () => {
  const shares = (...sizes: number[]) => {
    let next = 0
    return sizes.map((size, index) =>
      worker(
        `worker ${index + 1}`,
        Array.from({ length: size }, () => next++),
      ),
    )
  }
  expect(judgePartitions(shares(3, 3, 2, 2, 2), 5)).toEqual({
    state: 'ok',
    found: '12 over 5 workers: 3 + 3 + 2 + 2 + 2',
  })
  expect(judgePartitions(shares(6, 3, 3), 3)).toEqual({
    state: 'warning',
    found: '12 over 3 workers: 6 + 3 + 3, which is uneven',
  })
  expect(
    judgePartitions(
      [one, two, three].filter(found => found !== undefined),
      3,
    ).state,
  ).toBe('ok')
})
