import { createServer } from 'node:http'
import { type AddressInfo } from 'node:net'
import getPort from 'get-port'
import { expect, test } from 'vitest'
import { dashboardCheck } from './dashboard.ts'
import { type Pipeline } from './pipeline.ts'
import { commands, view } from './test-view.ts'

/** A page whose total was 1,200 and is this now. */
function look(total: number, address: string | undefined) {
  const pipeline: Pick<Pipeline, 'look' | 'isSourceOver' | 'commands' | 'address'> = {
    look: async () => view({ counted: { ...view().counted, total } }),
    isSourceOver: async () => true,
    ...{ commands, address },
  }
  const context = { view: async () => view(), pipeline: async () => pipeline as Pipeline }
  return dashboardCheck.run(context, () => {})
}

test('numbers that move behind a door that is closed to this machine are a warning, with the way in', async () => {
  const address = `http://127.0.0.1:${await getPort({ host: '127.0.0.1' })}`
  expect(await look(1_240, address)).toMatchObject({
    state: 'warning',
    found: expect.stringMatching(/^its numbers move, but http:\S+ can't be opened from here: .*ECONNREFUSED/),
    fix: expect.stringContaining('tunnel.ts'),
  })
})

test('a page that readers reach, with numbers that move, is told with both', async () => {
  const server = createServer((_, response) => response.end('<title>')).listen(0, '127.0.0.1')
  await new Promise(listening => server.once('listening', listening))
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    expect((await look(1_240, address)).found).toMatch(
      new RegExp(`^its total moves: 1,200 and 40 more in \\d+ s; ${address}$`),
    )
  } finally {
    server.close()
  }
})

test('where only a tunnel leads to it, nothing is tried from here', async () => {
  expect(await look(1_240, undefined)).toMatchObject({
    state: 'ok',
    found: expect.stringMatching(/40 more in \d+ s$/),
  })
})
