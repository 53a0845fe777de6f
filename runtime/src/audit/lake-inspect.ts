import { type ObjectStore } from '../platform/object-store.ts'
import { type FindingSink } from './findings.ts'
import { objectDiffers } from './lake-check.ts'
import { inspectObject } from './lake-object.ts'
import { type LakeRangeRow } from './lake-ranges.ts'

/** Objects fetched at a time: enough to hide a store's delay, few enough for a small machine's memory. */
const atOnce = 4

/**
 * Reads every object and holds its size, checksum and footer against its range; its rows are not decoded.
 * @throws StoreError
 */
export async function inspectObjects(options: {
  store: ObjectStore
  ranges: readonly AsyncIterable<LakeRangeRow>[]
  sink: FindingSink
  onDone: (objects: number) => void
}): Promise<void> {
  const { store, sink } = options
  let done = 0
  const inspect = async (range: LakeRangeRow) => {
    const { problems } = await inspectObject(range, await store.read(range.key), false)
    if (problems.length > 0) sink.add(objectDiffers(range, problems))
    options.onDone(++done)
  }
  let underWay: Promise<void>[] = []
  for (const ranges of options.ranges) {
    for await (const range of ranges) {
      underWay.push(inspect(range))
      if (underWay.length < atOnce) continue
      await Promise.all(underWay)
      underWay = []
    }
  }
  await Promise.all(underWay)
}
