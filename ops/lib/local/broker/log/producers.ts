/**
 * Sequence numbers of idempotent producers on one partition, by Kafka's rules (KIP-98, and
 * `ProducerAppendInfo.checkSequence` of Kafka 4): the last five batches of a producer are remembered.
 */
type ProducerBatch = { first: number; last: number; offset: number; timestampMs: number }
export type ProducerState = { epoch: number; batches: ProducerBatch[] }
/** By producer id. Never changed in place: a group of appends works on a copy that is kept or thrown away. */
export type Producers = ReadonlyMap<number, ProducerState>

/** Kafka's `ProducerStateEntry.NUM_BATCHES_TO_RETAIN`: what a producer may have in flight. */
const remembered = 5
/** A producer that has written nothing for a day is forgotten (Kafka's `producer.id.expiration.ms`). */
const producerExpiryMs = 86_400_000

const maxSequence = 0x7fffffff

/** The sequence that stands `count` after `sequence`; after 2^31−1 comes 0. */
export function sequenceAfter(sequence: number, count: number): number {
  return (sequence + count) % (maxSequence + 1)
}

export type Sequenced = { producerId: number; epoch: number; first: number; last: number }

/** What is to be done with a batch: write it, answer with where it already stands, or refuse it. */
export type SequenceVerdict =
  | { kind: 'next' }
  | { kind: 'duplicate'; of: ProducerBatch }
  | { kind: 'fenced' }
  | { kind: 'gap'; expected: number }

/** Judges a batch of an idempotent producer against what the partition knows of that producer. */
export function judge(producers: Producers, batch: Sequenced): SequenceVerdict {
  const known = producers.get(batch.producerId)
  if (!known) return { kind: 'next' } // retention may have taken what came before: any sequence may begin
  if (batch.epoch < known.epoch) return { kind: 'fenced' }
  if (batch.epoch > known.epoch) return batch.first === 0 ? { kind: 'next' } : { kind: 'gap', expected: 0 }
  const of = known.batches.find(one => one.first === batch.first && one.last === batch.last)
  if (of) return { kind: 'duplicate', of }
  const expected = sequenceAfter(known.batches.at(-1)?.last ?? -1, 1)
  return batch.first === expected ? { kind: 'next' } : { kind: 'gap', expected }
}

/** The producers after a batch was appended. */
export function remember(
  producers: Map<number, ProducerState>,
  batch: Sequenced,
  stands: { offset: number; timestampMs: number },
): void {
  const known = producers.get(batch.producerId)
  const before = known?.epoch === batch.epoch ? known.batches : []
  const entry = { first: batch.first, last: batch.last, ...stands }
  producers.set(batch.producerId, { epoch: batch.epoch, batches: [...before, entry].slice(-remembered) })
}

/** The producers without those that were silent for `producerExpiryMs`. */
export function withoutExpired(producers: Producers, nowMs: number): Map<number, ProducerState> {
  return new Map(
    [...producers].filter(([, state]) => (state.batches.at(-1)?.timestampMs ?? 0) > nowMs - producerExpiryMs),
  )
}
