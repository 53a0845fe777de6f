import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { type Host } from '../host/host.ts'
import { UserError } from '../script.ts'
import { assertFree, isOpen } from './local-port.ts'
import { forwardArguments } from './tunnel.ts'

const host: Host = {
  address: { name: 'host-1', user: 'u', address: '192.0.2.1', port: 22, keyName: 'k' },
  run: () => Promise.reject(new Error('nothing is run')),
  close: () => Promise.resolve(),
}

test('a tunnel is open to this machine alone, and ends when the port can’t be had', () => {
  const args = forwardArguments('/c', { host, address: '172.18.0.5', port: 9100 }, 8080)
  expect(args).toContain('127.0.0.1:8080:172.18.0.5:9100')
  expect(args).toContain('ExitOnForwardFailure=yes')
  expect(args.at(-1)).toBe('host-1')
})

test('a port that another program has is told of before anything is connected', async () => {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
  })
  const { port } = server.address() as AddressInfo
  await expect(assertFree(port)).rejects.toThrow(UserError)
  await expect(assertFree(port)).rejects.toThrow(`port ${port} of this machine is taken`)
  expect(await isOpen(port)).toBe(true)
  server.close()
  await once(server, 'close')
  await assertFree(port)
  expect(await isOpen(port)).toBe(false)
})
