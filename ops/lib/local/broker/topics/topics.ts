import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { BrokerError, systemCode } from '../broker-error.ts'
import { PartitionLog } from '../log/partition-log.ts'
import { type WriteFault } from '../log/segment-writer.ts'
import { type Problems } from '../problems.ts'
import { errors, ProtocolError } from '../protocol/errors.ts'
import { type Overrides, topicConfig } from './config.ts'
import { readTopics, type TopicEntry, writeTopics } from './topics-file.ts'

export type Topic = { name: string; overrides: Overrides; partitions: PartitionLog[] }

export type TopicsOptions = {
  dataDir: string
  problems: Problems
  writeFault: WriteFault
  now: () => number
  onCut: (name: string, bytes: number) => void
}

/** The topics there are, each with its open logs; changes are on disk when they return. */
export class Topics {
  readonly #options: TopicsOptions
  readonly #topics = new Map<string, Topic>()
  #changing: Promise<unknown> = Promise.resolve()

  private constructor(options: TopicsOptions) {
    this.#options = options
  }

  /**
   * Opens all logs of the data folder, and deletes what a crash left of topics that are no more.
   * @throws BrokerError when the list of topics, or acknowledged records, are damaged.
   */
  static async open(options: TopicsOptions): Promise<Topics> {
    const topics = new Topics(options)
    const listed = await readTopics(options.dataDir)
    const expected = new Set<string>()
    for (const entry of listed ?? []) {
      const opened = topics.#openTopic(entry).catch(async error => {
        await topics.close({ checkpoint: false })
        throw error
      })
      topics.#topics.set(entry.name, await opened)
      for (let n = 0; n < entry.partitions; n++) expected.add(`${entry.name}-${n}`)
    }
    const folder = join(options.dataDir, 'topics')
    const leftovers = (await readdir(folder).catch(() => [])).filter(name => !expected.has(name))
    if (!listed && leftovers.length > 0) {
      throw new BrokerError(
        `${folder} holds logs, but topics.json is missing beside it: restore that file, or delete ${options.dataDir} with all that it holds`,
      )
    }
    for (const name of leftovers) await rm(join(folder, name), { recursive: true, force: true })
    return topics
  }

  async #openTopic(entry: TopicEntry): Promise<Topic> {
    const topic: Topic = { name: entry.name, overrides: entry.overrides, partitions: [] }
    const indexes = Array.from({ length: entry.partitions }, (_, n) => n)
    const opened = await Promise.allSettled(indexes.map(n => this.#openPartition(topic, n)))
    topic.partitions = opened.flatMap(one => (one.status === 'fulfilled' ? one.value : []))
    const failed = opened.find(one => one.status === 'rejected')
    if (!failed) return topic
    for (const log of topic.partitions) await log.close({ checkpoint: false })
    throw failed.reason
  }

  #openPartition(topic: Topic, index: number): Promise<PartitionLog> {
    const { dataDir, problems, writeFault, now, onCut } = this.#options
    const name = `${topic.name}-${index}`
    return PartitionLog.open(
      {
        folder: join(dataDir, 'topics', name),
        name,
        config: () => topicConfig(topic.overrides),
        problems,
        writeFault,
        now,
      },
      bytes => onCut(name, bytes),
    )
  }

  /** All topics, by name. */
  list(): Topic[] {
    return [...this.#topics.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  get(name: string): Topic | undefined {
    return this.#topics.get(name)
  }

  /** @throws ProtocolError when there is no such partition. */
  partition(name: string, index: number): PartitionLog {
    const log = this.#topics.get(name)?.partitions[index]
    if (log) return log
    throw new ProtocolError(errors.unknownTopicOrPartition, `there is no ${name}-${index}`)
  }

  /** @throws ProtocolError when the topic exists, or the disk can't be written. */
  create(name: string, partitions: number, overrides: Overrides): Promise<void> {
    return this.#change(async () => {
      if (this.#topics.has(name))
        throw new ProtocolError(errors.topicAlreadyExists, `Topic '${name}' already exists.`)
      const entry = { name, partitions, overrides }
      await this.#list([...this.list().map(entryOf), entry], async () => {
        this.#topics.set(name, await this.#openTopic(entry))
      })
    })
  }

  /** @throws ProtocolError when there is no such topic, or the disk can't be written. */
  delete(name: string): Promise<void> {
    return this.#change(async () => {
      const topic = this.#known(name)
      await this.#write(
        this.list()
          .filter(one => one !== topic)
          .map(entryOf),
      )
      this.#topics.delete(name)
      for (const log of topic.partitions) await log.remove()
    })
  }

  /** @throws ProtocolError when there is no such topic, or the disk can't be written. */
  configure(name: string, overrides: Overrides): Promise<void> {
    return this.#change(async () => {
      const topic = this.#known(name)
      await this.#write(this.list().map(one => entryOf(one === topic ? { ...one, overrides } : one)))
      topic.overrides = overrides
    })
  }

  /** @throws ProtocolError when there is no such topic, it has as many partitions already, or the disk is full. */
  grow(name: string, partitions: number): Promise<void> {
    return this.#change(async () => {
      const topic = this.#known(name)
      const has = topic.partitions.length
      if (partitions <= has) {
        throw new ProtocolError(
          errors.invalidPartitions,
          `The topic ${name} currently has ${has} partition(s); ${partitions} would not be an increase.`,
        )
      }
      const entries = this.list().map(one => (one === topic ? { ...entryOf(one), partitions } : entryOf(one)))
      await this.#list(entries, async () => {
        const added = Array.from({ length: partitions - has }, (_, n) => this.#openPartition(topic, has + n))
        topic.partitions.push(...(await Promise.all(added)))
      })
    })
  }

  /**
   * Lists topics, then makes their logs: a folder that isn't listed is deleted at the next start. The list is taken back
   * when the logs can't be made.
   */
  async #list(entries: readonly TopicEntry[], make: () => Promise<void>): Promise<void> {
    const before = this.list().map(entryOf)
    await this.#write(entries)
    try {
      await make()
    } catch (error) {
      await this.#write(before).catch(() => {})
      throw new ProtocolError(errors.storageError, `can't make the logs: ${systemCode(error)}`)
    }
  }

  #known(name: string): Topic {
    const topic = this.#topics.get(name)
    if (topic) return topic
    throw new ProtocolError(errors.unknownTopicOrPartition, `Topic '${name}' does not exist.`)
  }

  async #write(entries: readonly TopicEntry[]): Promise<void> {
    try {
      const fault = this.#options.writeFault()
      if (fault) throw fault
      await writeTopics(this.#options.dataDir, entries)
      this.#options.problems.clear('topics')
    } catch (error) {
      const message = `can't write the list of topics in ${this.#options.dataDir}: ${systemCode(error)}`
      this.#options.problems.raise('topics', message)
      throw new ProtocolError(errors.storageError, message)
    }
  }

  #change<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#changing.then(work)
    this.#changing = result.catch(() => {})
    return result
  }

  /** Deletes what the topics' retention no longer keeps. */
  async applyRetention(): Promise<void> {
    for (const topic of this.list()) {
      for (const log of topic.partitions) {
        await log.applyRetention().catch(error => {
          this.#options.problems.raise(`retention of ${topic.name}`, error.message)
        })
      }
    }
  }

  /** Ends all logs, see `PartitionLog.close`. */
  async close(options: { checkpoint: boolean }): Promise<void> {
    await this.#changing
    const logs = this.list().flatMap(topic => topic.partitions)
    await Promise.all(logs.map(log => log.close(options)))
  }
}

const entryOf = (topic: Topic): TopicEntry => ({
  name: topic.name,
  partitions: topic.partitions.length,
  overrides: topic.overrides,
})
