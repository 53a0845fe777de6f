import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startBroker } from '../../ops/lib/local/broker/broker.ts'
import { consume, kafkaFor, newTopic, producerFor } from './subject.ts'

const diskBytes = 8 * 1024 * 1024
let disk: string

beforeEach(async () => {
  if (process.getuid?.() !== 0) throw new Error('this suite mounts a small disk: run it as root, on Linux')
  disk = await mkdtemp(join(tmpdir(), 'wikiflow-disk-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskBytes}`, 'tmpfs', disk])
})
afterEach(async () => {
  // Lazily: a test that failed may have left the broker's files open.
  execFileSync('umount', ['-l', disk])
  await rm(disk, { recursive: true })
})

it('refuses what does not fit on a full disk, keeps all it acknowledged, and goes on when there is room', async () => {
  const filler = join(disk, 'filler')
  await writeFile(filler, Buffer.alloc(diskBytes / 2))
  const options = { dataDir: join(disk, 'broker'), port: 0 }
  const broker = await startBroker(options)
  const kafka = kafkaFor(broker.address)
  const topic = await newTopic(kafka)
  const producer = producerFor(kafka)
  await producer.connect()
  const kept: string[] = []
  const send = async (n: number) => {
    const value = `edit ${n} ${'x'.repeat(300_000)}`
    await producer.send({ topic, messages: [{ value }] })
    kept.push(value)
  }
  const refused = (async () => {
    for (let n = 0; n < 100; n++) await send(n)
  })()
  await expect(refused).rejects.toMatchObject({ cause: { type: 'KAFKA_STORAGE_ERROR' } })
  expect(kept.length).toBeGreaterThan(5)
  expect(broker.state()).toMatchObject({ ready: false, reason: expect.stringContaining('ENOSPC') })
  const values = async (address: string) =>
    (await consume(kafkaFor(address), topic, kept.length)).map(message => message.value?.toString())
  expect(await values(broker.address)).toEqual(kept)

  await rm(filler)
  await send(100)
  expect(broker.state()).toMatchObject({ ready: true })
  await producer.disconnect()
  await broker.kill()
  const again = await startBroker(options)
  expect(await values(again.address)).toEqual(kept)
  await again.stop()
})
