import { createServer } from 'node:net'
import getPort from 'get-port'
import { expect, test } from 'vitest'
import { judgeOpen, openPorts } from './public-local.ts'

test('a port that answers is found, one on which nobody listens is not', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise(listening => server.once('listening', listening))
  const address = server.address()
  const open = typeof address === 'object' && address ? address.port : 0
  const closed = await getPort({ host: '127.0.0.1' })
  try {
    const ports = { 'the dashboard': open, 'the broker': closed }
    expect(await openPorts(ports, ['127.0.0.1'])).toEqual([`the dashboard on 127.0.0.1:${open}`])
  } finally {
    server.close()
  }
})

test('what others in the network reach is a warning: somebody may have meant it', () => {
  expect(judgeOpen(['the dashboard on 192.0.2.1:3000'], ['192.0.2.1'])).toMatchObject({
    state: 'warning',
    found: 'others in the network reach the dashboard on 192.0.2.1:3000',
  })
  expect(judgeOpen([], ['192.0.2.1']).found).toMatch(/none answers on 192\.0\.2\.1$/)
  expect(judgeOpen([], []).found).toMatch(/this machine is in no network$/)
})
