import { z } from 'zod'
import { readIfThere, writeAtomic } from '../atomic-file.ts'
import { type Producers } from './producers.ts'
import { type SegmentIndex } from './segment-index.ts'

const whole = z.number().int()
const shape = z.object({
  bytes: whole.nonnegative(),
  nextOffset: whole.nonnegative(),
  newestMs: whole,
  entries: z.array(z.tuple([whole, whole, whole])),
  producers: z.array(
    z.object({ id: whole, epoch: whole, batches: z.array(z.tuple([whole, whole, whole, whole])) }),
  ),
})

/** A segment's index and the partition's producers, as they were when the segment had `index.bytes`. */
export type Checkpoint = { index: SegmentIndex; producers: Producers }

/** Writes the checkpoint of a segment beside it. What it covers must be on disk already. */
export async function writeCheckpoint(path: string, { index, producers }: Checkpoint): Promise<void> {
  const content: z.input<typeof shape> = {
    ...index,
    entries: index.entries.map(entry => [entry.offset, entry.position, entry.newestBeforeMs]),
    producers: [...producers].map(([id, { epoch, batches }]) => ({
      id,
      epoch,
      batches: batches.map(batch => [batch.first, batch.last, batch.offset, batch.timestampMs]),
    })),
  }
  await writeAtomic(path, JSON.stringify(content))
}

/** The checkpoint at `path`; undefined when there is none or it can't be read: then the segment is scanned. */
export async function readCheckpoint(path: string): Promise<Checkpoint | undefined> {
  const text = await readIfThere(path)
  if (text === undefined) return undefined
  try {
    const { producers, entries, ...rest } = shape.parse(JSON.parse(text))
    return {
      index: {
        ...rest,
        entries: entries.map(([offset, position, newestBeforeMs]) => ({ offset, position, newestBeforeMs })),
      },
      producers: new Map(
        producers.map(({ id, epoch, batches }) => [
          id,
          {
            epoch,
            batches: batches.map(([first, last, offset, timestampMs]) => ({
              first,
              last,
              offset,
              timestampMs,
            })),
          },
        ]),
      ),
    }
  } catch {
    return undefined
  }
}
