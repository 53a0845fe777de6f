import { expect, test } from 'vitest'
import { judgePorts } from './public-hosts.ts'

const host = (...ports: number[]) => ({
  host: 'host-1',
  meant: [22, 2377, 7946, 80],
  listening: ports.map(port => ({ port, address: 'every address' })),
})

test("the pipeline's own inner ports fail, whatever else listens", () => {
  expect(judgePorts([host(22, 80, 9092, 111)])).toMatchObject({
    state: 'failed',
    found: 'port 9092 of host-1 can be reached from outside',
  })
})

test("what others run there is told, for it isn't the stack's to judge", () => {
  expect(judgePorts([host(22, 111)])).toMatchObject({
    state: 'warning',
    found: expect.stringMatching(/port 111 of host-1$/),
  })
})

test('the page, SSH and the Swarm are meant', () => {
  expect(judgePorts([host(80, 22, 2377, 7946), host(22)])).toEqual({
    state: 'ok',
    found: 'hosts listen on 22, 80, 2377, 7946 alone, as they should',
  })
})
