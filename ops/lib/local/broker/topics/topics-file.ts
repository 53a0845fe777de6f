import { join } from 'node:path'
import { z } from 'zod'
import { readIfThere, writeAtomic } from '../atomic-file.ts'
import { BrokerError } from '../broker-error.ts'
import { type Overrides } from './config.ts'

/** A topic as it is kept on disk. */
export type TopicEntry = { name: string; partitions: number; overrides: Overrides }

const shape = z.array(
  z.object({
    name: z.string(),
    partitions: z.number().int().positive(),
    overrides: z.record(z.string(), z.string()),
  }),
)

const pathIn = (dataDir: string) => join(dataDir, 'topics.json')

/**
 * The topics of the data folder; undefined where none was ever made.
 * @throws BrokerError when the file can't be read: without it, logs would be taken for leftovers.
 */
export async function readTopics(dataDir: string): Promise<TopicEntry[] | undefined> {
  const text = await readIfThere(pathIn(dataDir))
  if (text === undefined) return undefined
  try {
    return shape.parse(JSON.parse(text))
  } catch {
    throw new BrokerError(
      `${pathIn(dataDir)} is damaged: restore it, or delete ${dataDir} with all that it holds`,
    )
  }
}

/** Replaces the list of topics, durably. */
export function writeTopics(dataDir: string, topics: readonly TopicEntry[]): Promise<void> {
  return writeAtomic(pathIn(dataDir), JSON.stringify(topics))
}
