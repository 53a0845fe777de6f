import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { asNetwork, findOperatorNetwork } from './operator-address.ts'

async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>(settle => server.listen(0, '127.0.0.1', settle))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test.each([
  ["a hotel's login page", '<html>Welcome! Room number?</html>'],
  ['an address of the newer kind', '2001:db8::7'],
  ['two addresses', '203.0.113.7, 198.51.100.1'],
  ['nothing', ''],
])('%s is not taken for an address', async (_what, page) => {
  const url = await serving((_request, response) => response.end(page))
  await expect(findOperatorNetwork(url)).rejects.toThrow(
    `${url} answers something else than an IPv4 address: a proxy or a login page is between`,
  )
})

test('a login page that is redirected to is not followed', async () => {
  const url = await serving((_request, response) => response.writeHead(302, { location: '/login' }).end())
  await expect(findOperatorNetwork(url)).rejects.toThrow(`${url} can't be reached`)
})

test('an address that the service tells becomes a network of one', async () => {
  const url = await serving((_request, response) => response.end('203.0.113.7\n'))
  expect(await findOperatorNetwork(url)).toBe('203.0.113.7/32')
})

test('a service that is away, broken or silent is told as such', async () => {
  await expect(findOperatorNetwork('http://127.0.0.1:1')).rejects.toThrow(
    "http://127.0.0.1:1 can't be reached",
  )
  const broken = await serving((_request, response) => response.writeHead(503).end('203.0.113.7'))
  await expect(findOperatorNetwork(broken)).rejects.toThrow(`${broken} answers 503`)
  const late = new AbortController()
  vi.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(late.signal)
  const silent = await serving(() => late.abort(new DOMException('late', 'TimeoutError')))
  await expect(findOperatorNetwork(silent)).rejects.toThrow(`${silent} can't be reached (no answer in 4 s)`)
})

test('an address may be given without its prefix', () => {
  expect(asNetwork('203.0.113.7')).toBe('203.0.113.7/32')
  expect(asNetwork('203.0.113.0/24')).toBe('203.0.113.0/24')
  expect(asNetwork('home')).toBe('home')
})
