/** Where counting of one partition stands in this process. */
export type Position = {
  /** The first offset not counted yet, as the database had it when we last heard. */
  next: bigint
  /** The offset that the consumer was last told to fetch from. */
  sought: bigint
  /** Is a batch of it in hand? */
  busy: boolean
}

/** The partitions that one generation of the group gave us, and where each stands. */
export type Assignment = {
  partitions: readonly number[]
  /** Settled when the stored offsets are known and the consumer was sent there. */
  claimed: Promise<ReadonlyMap<number, Position>>
  /** The positions as far as they are known, for a status screen. */
  positions(): ReadonlyMap<number, Position>
  /** Aborted when the group gave us other partitions. */
  superseded: AbortController
}

/**
 * An assignment whose offsets are being claimed. A failure reaches those who await `claimed`, and `onError` once.
 */
export function createAssignment(options: {
  partitions: readonly number[]
  claim: (signal: AbortSignal) => Promise<ReadonlyMap<number, bigint>>
  seek: (partition: number, offset: bigint) => void
  onError: (error: unknown) => void
}): Assignment {
  const superseded = new AbortController()
  let known: ReadonlyMap<number, Position> = new Map()
  const claimed = options.claim(superseded.signal).then(offsets => {
    superseded.signal.throwIfAborted()
    for (const [partition, offset] of offsets) options.seek(partition, offset)
    known = new Map([...offsets].map(([partition, next]) => [partition, { next, sought: next, busy: false }]))
    return known
  })
  claimed.catch(error => {
    if (!superseded.signal.aborted) options.onError(error)
  })
  return { partitions: options.partitions, claimed, positions: () => known, superseded }
}
