import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { readIfThere, writeAtomic } from './atomic-file.ts'
import { BrokerError } from './broker-error.ts'

/** Raised when the layout of the data folder changes in a way that an older broker can't read. */
const formatVersion = 1

/** Producer ids are taken from the file in blocks, as Kafka does: a crash skips some, and never gives one twice. */
const producerIdBlock = 1_000

const shape = z.object({
  formatVersion: z.number().int(),
  clusterId: z.string().min(1),
  nextProducerId: z.number().int(),
})

/** What the cluster is: its id, and the producer ids given out. Kept in `cluster.json`. */
export type ClusterFile = { clusterId: string; nextProducerId(): Promise<number> }

/**
 * Reads the data folder's identity, or gives it one when it is new.
 * @throws BrokerError for a folder of a newer format, or one that is damaged.
 */
export async function openClusterFile(dataDir: string): Promise<ClusterFile> {
  await mkdir(dataDir, { recursive: true })
  const path = join(dataDir, 'cluster.json')
  const found = await readFound(dataDir, path)
  const content = found ?? {
    formatVersion,
    clusterId: randomBytes(16).toString('base64url'),
    nextProducerId: 0,
  }
  let next = content.nextProducerId
  let reserved = next
  const reserve = async () => {
    await writeAtomic(path, JSON.stringify({ ...content, nextProducerId: next + producerIdBlock }))
    reserved = next + producerIdBlock
  }
  if (!found) await writeAtomic(path, JSON.stringify(content))
  let reserving: Promise<void> = Promise.resolve()
  return {
    clusterId: content.clusterId,
    nextProducerId: async () => {
      if (next >= reserved) {
        const turn = reserving.then(() => (next >= reserved ? reserve() : undefined))
        reserving = turn.catch(() => {})
        await turn
      }
      return next++
    },
  }
}

async function readFound(dataDir: string, path: string): Promise<z.output<typeof shape> | undefined> {
  const text = await readIfThere(path)
  if (text === undefined) return undefined
  const version = z.object({ formatVersion: z.number() }).safeParse(parseJson(text)).data?.formatVersion
  if (version !== undefined && version > formatVersion) {
    throw new BrokerError(
      `${dataDir} was written by a newer broker (format ${version}, this one reads up to ${formatVersion}): use the release that wrote it, or another folder`,
    )
  }
  const parsed = shape.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  throw new BrokerError(`${path} is damaged: restore it, or delete ${dataDir} with all that it holds`)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
