import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readIfThere, syncFolder } from '../atomic-file.ts'
import { type BatchHeader } from './batch.ts'
import { readCheckpoint } from './checkpoint.ts'
import { type ProducerState } from './producers.ts'
import { goesOnBehind, scan } from './scan.ts'
import { CorruptSegmentError, Segment } from './segment.ts'
import { addBatch, emptyIndex, type SegmentIndex } from './segment-index.ts'
import { remembered } from './stage.ts'

/** Name of the file that holds the first offset records are served from, once DeleteRecords has moved it. */
export const startFile = 'log-start'

/** A partition's log as it is found on disk. */
export type OpenedLog = {
  startOffset: number
  /** All segments, oldest first; the last one is written to. */
  segments: Segment[]
  active: Segment
  index: SegmentIndex
  producers: Map<number, ProducerState>
  /** Bytes behind the last whole batch, left by a crash, that were cut off. */
  cutBytes: number
}

/** First offsets of the segments in a folder, oldest first. */
async function segmentBases(folder: string): Promise<number[]> {
  const names = await readdir(folder)
  return names
    .flatMap(name => /^(\d{20})\.log$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
}

/**
 * Opens the log in a folder, which is made when it is missing. Only what was written to the last segment since its
 * checkpoint is read; a write that a crash cut short is cut off.
 * @throws CorruptSegmentError when acknowledged batches are damaged or missing.
 */
export async function openLog(folder: string, nowMs: number): Promise<OpenedLog> {
  await mkdir(folder, { recursive: true })
  const bases = await segmentBases(folder)
  const base = bases.at(-1) ?? 0
  const older = bases.slice(0, -1).map(one => new Segment(folder, one))
  const checkpoint = await readCheckpoint(new Segment(folder, base).indexPath)
  const before = older.at(-1)
  const index = checkpoint?.index ?? emptyIndex(base)
  const active = new Segment(folder, base, index)
  await active.create()
  const producers = new Map(
    checkpoint?.producers ?? (before && (await readCheckpoint(before.indexPath))?.producers),
  )
  const cutBytes = await readTail(active, index, header =>
    remembered(producers, header, { offset: header.baseOffset, timestampMs: nowMs }),
  ).catch(async error => {
    await active.close()
    throw error
  })
  await syncFolder(folder)
  const moved = Number((await readIfThere(join(folder, startFile))) ?? 0)
  return {
    startOffset: Math.min(Math.max(bases[0] ?? 0, moved), index.nextOffset),
    segments: [...older, active],
    active,
    index,
    producers,
    cutBytes,
  }
}

async function readTail(
  segment: Segment,
  index: SegmentIndex,
  onBatch: (header: BatchHeader) => void,
): Promise<number> {
  const file = await segment.file()
  const { size } = await file.stat()
  if (size < index.bytes) {
    throw new CorruptSegmentError(segment.path, size, `it had ${index.bytes} bytes, the rest is gone`)
  }
  const range = { from: index.bytes, to: size, offset: index.nextOffset }
  const end = await scan(file, range, header => {
    addBatch(index, header)
    onBatch(header)
    return true
  })
  if (end === size) return 0
  if (await goesOnBehind(file, { from: end, to: size, offset: index.nextOffset })) {
    throw new CorruptSegmentError(segment.path, end, 'whole batches follow behind it')
  }
  await file.truncate(end)
  await file.sync()
  return size - end
}
