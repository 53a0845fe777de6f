import { join } from 'node:path'
import { z } from 'zod'
import { readIfThere, writeAtomic } from '../atomic-file.ts'
import { BrokerError } from '../broker-error.ts'

/** An offset a group has committed, with the text its consumer put beside it. */
export type Committed = { offset: number; metadata: string }
export type Commit = Committed & { topic: string; partition: number }

const whole = z.number().int()
/** Rows of group, topic, partition, offset and metadata. */
const shape = z.array(z.tuple([z.string(), z.string(), whole, whole, z.string()]))
/** Offsets by group, topic and partition. */
type Offsets = ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<number, Committed>>>

type Change = (offsets: Offsets) => Offsets
type Waiting = { change: Change; done: () => void; failed: (error: unknown) => void }

/**
 * The committed offsets of all groups, one file that is replaced as a whole: a laptop's groups fit into a few kB.
 * Commits that come while it is written go into the next writing together. They never expire.
 */
export class OffsetsFile {
  readonly #path: string
  readonly #beforeWrite: () => void
  #offsets: Offsets
  #queue: Waiting[] = []
  #busy = false
  #writing: Promise<void> = Promise.resolve()

  private constructor(path: string, beforeWrite: () => void, offsets: Offsets) {
    this.#path = path
    this.#beforeWrite = beforeWrite
    this.#offsets = offsets
  }

  /**
   * Reads the file of a data folder. `beforeWrite` may throw, as a disk does.
   * @throws BrokerError when it is damaged.
   */
  static async open(dataDir: string, beforeWrite: () => void): Promise<OffsetsFile> {
    const path = join(dataDir, 'offsets.json')
    const text = await readIfThere(path)
    try {
      return new OffsetsFile(path, beforeWrite, fromRows(shape.parse(JSON.parse(text ?? '[]'))))
    } catch {
      throw new BrokerError(`${path} is damaged: restore it, or delete it and let every group begin anew`)
    }
  }

  /** Ids of the groups that have committed. */
  groups(): string[] {
    return [...this.#offsets.keys()]
  }

  /** What a group has committed, by topic and partition. */
  of(group: string): ReadonlyMap<string, ReadonlyMap<number, Committed>> {
    return this.#offsets.get(group) ?? new Map()
  }

  /** Sets offsets of a group; on disk when it returns. @throws the system's error. */
  commit(group: string, commits: readonly Commit[]): Promise<void> {
    return this.#change(offsets => withCommits(offsets, group, commits))
  }

  /** Forgets all offsets of a group. */
  deleteGroup(group: string): Promise<void> {
    if (!this.#offsets.has(group)) return Promise.resolve()
    return this.#change(offsets => new Map([...offsets].filter(([name]) => name !== group)))
  }

  /** Forgets the offsets of a topic in all groups: a topic of the same name made later is another one. */
  deleteTopic(topic: string): Promise<void> {
    if (![...this.#offsets.values()].some(topics => topics.has(topic))) return Promise.resolve()
    return this.#change(offsets => {
      const without = [...offsets].map(
        ([group, topics]) => [group, new Map([...topics].filter(([name]) => name !== topic))] as const,
      )
      return new Map(without.filter(([, topics]) => topics.size > 0))
    })
  }

  #change(change: Change): Promise<void> {
    return new Promise((done, failed) => {
      this.#queue.push({ change, done, failed })
      if (this.#busy) return
      this.#busy = true
      this.#writing = this.#write()
    })
  }

  async #write(): Promise<void> {
    while (this.#queue.length > 0) {
      const taken = this.#queue.splice(0)
      const changed = taken.reduce((offsets, { change }) => change(offsets), this.#offsets)
      try {
        this.#beforeWrite()
        await writeAtomic(this.#path, JSON.stringify(toRows(changed)))
        this.#offsets = changed
        for (const { done } of taken) done()
      } catch (error) {
        for (const { failed } of taken) failed(error)
      }
    }
    // In the same turn as the last look at the queue, so that no commit is left lying in it.
    this.#busy = false
  }

  /** Returns when nothing is being written. */
  settled(): Promise<void> {
    return this.#writing
  }
}

type Rows = z.output<typeof shape>

function fromRows(rows: Rows): Offsets {
  return rows.reduce<Offsets>(
    (offsets, [group, topic, partition, offset, metadata]) =>
      withCommits(offsets, group, [{ topic, partition, offset, metadata }]),
    new Map(),
  )
}

function toRows(offsets: Offsets): Rows {
  return [...offsets].flatMap(([group, topics]) =>
    [...topics].flatMap(([topic, partitions]) =>
      [...partitions].map(([partition, { offset, metadata }]): Rows[number] => [
        group,
        topic,
        partition,
        offset,
        metadata,
      ]),
    ),
  )
}

function withCommits(offsets: Offsets, group: string, commits: readonly Commit[]): Offsets {
  const topics = new Map(offsets.get(group))
  for (const { topic, partition, offset, metadata } of commits) {
    topics.set(topic, new Map(topics.get(topic)).set(partition, { offset, metadata }))
  }
  return new Map(offsets).set(group, topics)
}
