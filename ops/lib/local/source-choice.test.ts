import { createServer, type Server } from 'node:http'
import { type AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { chooseSource } from './source-choice.ts'

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

async function answer(status: number): Promise<{ url: string; agents: string[] }> {
  const agents: string[] = []
  server = createServer((request, response) => {
    agents.push(request.headers['user-agent'] ?? '')
    response.writeHead(status).write(':ok\n\n')
  })
  await new Promise<void>(resolve => server?.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, agents }
}

test('an endless stream that answers is the live source, asked for with the contact', async () => {
  const { url, agents } = await answer(200)
  expect(await chooseSource(undefined, 'ops@example.org', url)).toEqual({ source: 'live' })
  expect(agents[0]).toMatch(/^wikiflow\/\d+\.\d+\.\d+ \(ops@example\.org\)$/)
})

test('without a contact Wikimedia is not asked at all: the simulator runs, and says why', async () => {
  const { url, agents } = await answer(200)
  const choice = await chooseSource(undefined, undefined, url)
  expect(choice.source).toBe('simulate')
  expect(choice.because).toContain('WIKIFLOW_CONTACT is not set')
  expect(agents).toEqual([])
})

test('a source that refuses or is away means the simulator, or an error when live was asked for', async () => {
  const { url } = await answer(429)
  expect(await chooseSource(undefined, 'a@b.c', url)).toMatchObject({
    source: 'simulate',
    because: `${url} answers 429`,
  })
  await expect(chooseSource('live', 'a@b.c', url)).rejects.toThrow(`${url} answers 429`)
  await expect(chooseSource('live', 'a@b.c', 'http://127.0.0.1:1/')).rejects.toThrow("can't be reached")
})
