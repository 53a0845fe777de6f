/**
 * A Kafka broker inside Node, for laptops and tests: one node, its log in a folder, the protocol that kafkajs and
 * librdkafka speak. What is acknowledged is on disk. It is not replicated, knows no transactions, no TLS, no
 * permissions and no compaction, and isn't meant for production: there Redpanda or Apache Kafka stand in its place.
 */
import { openClusterFile } from './cluster-file.ts'
import { serve } from './connection.ts'
import { dispatch } from './dispatch.ts'
import { type Fault, FaultRules } from './faults.ts'
import { lockFolder } from './folder-lock.ts'
import { Coordinator } from './groups/coordinator.ts'
import { OffsetsFile } from './groups/offsets-file.ts'
import { allEndpoints } from './handlers/all.ts'
import { type BrokerLog } from './handlers/context.ts'
import { Listener } from './listener.ts'
import { type Problem, Problems } from './problems.ts'
import { Topics } from './topics/topics.ts'

export type BrokerOptions = {
  /** Made when it is missing. One broker at a time. */
  dataDir: string
  /** 0 takes a free one. */
  port: number
  /** The address to listen on; 127.0.0.1 unless given. */
  host?: string
  /** The host clients are told; `host` unless given. */
  advertisedHost?: string
  /** A pino logger; silent unless given. */
  log?: BrokerLog
  /** Told once when something begins to keep the broker from its work. */
  onProblem?: (problem: Problem) => void
  /** Makes topics that are asked for. Off, as it should be: a mistyped name would become a topic. */
  autoCreateTopics?: boolean
  /** How long the first member of a group is kept waiting for others, in ms (Kafka's 3000; 250 unless given). */
  groupInitialDelayMs?: number
  /** Session timeouts that members may ask for, in ms; Kafka's 6000 to 1800000 unless given. */
  sessionTimeoutMs?: { least: number; most: number }
  /** How often retention is applied, in ms; a minute unless given. */
  retentionCheckMs?: number
}

/** Whether the broker does its job; `reason` is a sentence that says why not. */
type BrokerState = {
  ready: boolean
  reason?: string
  detail: { clusterId: string; connections: number; topics: number; problems: Problem[] }
}

/** Faults for tests. */
type Faults = {
  /** Sets a fault; gives the function that takes it back. */
  add(fault: Fault): () => void
  /** Takes all faults back, the full disk too. */
  clear(): void
  /** While on, every write is done by half and then fails with ENOSPC. */
  diskFull(on: boolean): void
  /** Closes all connections and accepts none. */
  down(): Promise<void>
  /** Listens again, on the same port. */
  up(): Promise<void>
}

export type Broker = {
  port: number
  /** Host and port, as clients want it. */
  address: string
  clusterId: string
  faults: Faults
  state(): BrokerState
  /** Ends in order: requests are finished, logs closed so that the next start reads nothing. */
  stop(): Promise<void>
  /** Drops everything as it stands, as a crash would. */
  kill(): Promise<void>
}

/**
 * Starts a broker on a data folder. A log that a crash has left is repaired first.
 * @throws BrokerError when the folder is in use, of a newer format or damaged, or the port is taken.
 */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const { dataDir, host = '127.0.0.1' } = options
  const log = options.log ?? { info: () => {}, warn: () => {}, error: () => {} }
  const unlock = lockFolder(dataDir)
  try {
    return await start()
  } catch (error) {
    unlock()
    throw error
  }

  async function start(): Promise<Broker> {
    const cluster = await openClusterFile(dataDir)
    const problems = new Problems(problem => {
      log.error({ what: problem.what }, problem.message)
      options.onProblem?.(problem)
    })
    let diskFull = false
    const writeFault = () =>
      diskFull ? Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }) : undefined
    const beforeWrite = () => {
      const fault = writeFault()
      if (fault) throw fault
    }
    const offsets = await OffsetsFile.open(dataDir, beforeWrite)
    const topics = await Topics.open({
      dataDir,
      problems,
      writeFault,
      now: Date.now,
      onCut: (partition, bytes) =>
        log.warn({ partition, bytes }, 'cut off a write that a crash had left half done'),
    })
    const coordinator = new Coordinator({
      offsets,
      initialDelayMs: options.groupInitialDelayMs ?? 250,
      sessionMs: options.sessionTimeoutMs ?? { least: 6_000, most: 1_800_000 },
    })
    const faults = new FaultRules()
    const endpoints = allEndpoints({
      clusterId: cluster.clusterId,
      topics,
      coordinator,
      log,
      advertised: () => ({ host: options.advertisedHost ?? host, port: listener.port }),
      nextProducerId: cluster.nextProducerId,
      autoCreateTopics: options.autoCreateTopics ?? false,
    })
    const listener = new Listener({
      host,
      port: options.port,
      accept: socket => serve(socket, (request, caller) => dispatch(request, endpoints, faults, caller), log),
    })
    try {
      await listener.listen()
    } catch (error) {
      await topics.close({ checkpoint: false })
      throw error
    }
    const sweep = setInterval(() => {
      coordinator.forgetEmpty()
      void topics.applyRetention()
    }, options.retentionCheckMs ?? 60_000)
    sweep.unref()

    let ended: Promise<void> | undefined
    const end = (how: 'stop' | 'kill') => {
      ended ??= (async () => {
        clearInterval(sweep)
        await listener.close(how === 'stop' ? 'finish' : 'now')
        await coordinator.stop()
        await topics.close({ checkpoint: how === 'stop' })
        unlock()
      })()
      return ended
    }
    log.info({ dataDir, address: `${host}:${listener.port}`, clusterId: cluster.clusterId }, 'broker started')
    return {
      port: listener.port,
      address: `${options.advertisedHost ?? host}:${listener.port}`,
      clusterId: cluster.clusterId,
      faults: {
        add: fault => faults.add(fault),
        clear: () => {
          faults.clear()
          diskFull = false
        },
        diskFull: on => {
          diskFull = on
        },
        down: () => listener.close('now'),
        up: () => listener.listen(),
      },
      state: () => {
        const now = problems.list()
        const reason = listener.listening
          ? now.map(problem => problem.message).join('; ')
          : 'it does not listen'
        return {
          ready: reason === '',
          ...(reason === '' ? {} : { reason }),
          detail: {
            clusterId: cluster.clusterId,
            connections: listener.connections,
            topics: topics.list().length,
            problems: now,
          },
        }
      },
      stop: () => end('stop'),
      kill: () => end('kill'),
    }
  }
}
