import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { assertPortsFree, holdAnyPort, holdPorts } from './ports.ts'

/** Ports that are free now. */
async function freePorts(count: number): Promise<number[]> {
  const held = await Promise.all(Array.from({ length: count }, holdAnyPort))
  for (const { release } of held) release()
  return held.map(({ port }) => port)
}

test('ports that are held are nobody else’s, and their user’s at once when they are released', async () => {
  const [kafka = 0, postgres = 0] = await freePorts(2)
  const held = await holdPorts({ kafka, postgres })
  onTestFinished(() => Object.values(held).forEach(({ release }) => void release()))
  await expect(assertPortsFree({ kafka, postgres })).rejects.toThrow(
    `port ${kafka} (kafka) is taken: stop what listens there, or choose another with --kafka-port\n` +
      `port ${postgres} (postgres) is taken: stop what listens there, or choose another with --postgres-port`,
  )
  held.kafka.release()
  held.kafka.release()
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(kafka, '127.0.0.1', resolve)
  })
  server.close()
})

test('where one is taken, none is held', async () => {
  const [kafka = 0] = await freePorts(1)
  const taken = await holdAnyPort()
  onTestFinished(() => taken.release())
  await expect(holdPorts({ kafka, dashboard: taken.port })).rejects.toThrow('(dashboard) is taken')
  await assertPortsFree({ kafka })
})
