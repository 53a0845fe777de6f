import { setTimeout as delay } from 'node:timers/promises'

/** When a batch is full. */
export type BatchLimits<T> = {
  maxItems: number
  maxBytes: number
  /** How long the first item of a batch may wait for others, in ms. */
  lingerMs: number
  /** May `next` be in the batch that `first` began? */
  fits: (first: T, next: T) => boolean
}

/** A bounded queue that one reader fills and one writer empties, batch by batch. */
export type BatchQueue<T> = {
  /** Resolves when there is room for another item: whoever waits for it passes the pressure on. */
  push(item: T, bytes: number): Promise<void>
  /** The next batch, once it is full or has lingered; undefined when the queue was closed and is empty. */
  take(): Promise<T[] | undefined>
  /** Nothing more will come; what is queued can still be taken. */
  close(): void
  /** Drops what is queued and lets waiting pushes go. */
  discard(): void
  size(): { items: number; bytes: number }
}

type Batch<T> = { items: T[]; bytes: number; startedAt: number }

/** Full batches that may wait while another is being written. */
const maxWaiting = 2

/** An empty queue. */
export function createBatchQueue<T>(limits: BatchLimits<T>): BatchQueue<T> {
  let waiting: Batch<T>[] = []
  let open: Batch<T> | undefined
  let closed = false
  let change = Promise.withResolvers<void>()

  const changed = () => {
    change.resolve()
    change = Promise.withResolvers()
  }
  const seal = () => {
    if (open) waiting.push(open)
    open = undefined
  }
  const isRoomFor = (batch: Batch<T>, item: T, bytes: number) => {
    const [first] = batch.items
    return batch.bytes + bytes <= limits.maxBytes && (first === undefined || limits.fits(first, item))
  }
  const room = async () => {
    while (waiting.length >= maxWaiting) await change.promise
  }

  return {
    push(item, bytes) {
      if (open && !isRoomFor(open, item, bytes)) seal()
      open ??= { items: [], bytes: 0, startedAt: performance.now() }
      open.items.push(item)
      open.bytes += bytes
      if (open.items.length >= limits.maxItems) seal()
      changed()
      return room()
    },
    async take() {
      for (;;) {
        const full = waiting.shift()
        if (full) {
          changed()
          return full.items
        }
        if (open) {
          const left = open.startedAt + limits.lingerMs - performance.now()
          if (closed || left <= 0) seal()
          else await Promise.race([change.promise, delay(left)])
        } else if (closed) {
          return undefined
        } else {
          await change.promise
        }
      }
    },
    close() {
      closed = true
      changed()
    },
    discard() {
      waiting = []
      open = undefined
      changed()
    },
    size() {
      const batches = open ? [...waiting, open] : waiting
      return {
        items: batches.reduce((sum, batch) => sum + batch.items.length, 0),
        bytes: batches.reduce((sum, batch) => sum + batch.bytes, 0),
      }
    },
  }
}
