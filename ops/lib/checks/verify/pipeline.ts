import { type AuditSummary } from '../../audit/summary.ts'
import { type View } from './view.ts'

/** A service, as what runs it sees it: the supervisor on this machine, the Swarm on hosts. */
export type ServiceTasks = {
  name: string
  running: number
  wanted: number
  /** Of those that run: where, and how many there. */
  where: Readonly<Record<string, number>>
  /** Release that it was last deployed with; undefined where there are none. */
  release?: string | undefined
  /** Why the newest of its failed tasks ended. */
  trouble?: string | undefined
}

/** All services, and what they are held against. */
export type Tasks = {
  services: readonly ServiceTasks[]
  /** The release that served last. */
  release: string | undefined
  /** Places that take no tasks, with why: `host-2 is down`. */
  places: readonly string[]
  /** Workers that have to move until they are shared out evenly. */
  uneven: number
}

/** A password by what it is called; its value is compared, and never shown. */
export type Secret = { name: string; value: string }

/** What is told of a thing that runs, in a text or an object: whoever lists things sees it. */
export type Told = { where: string; what: unknown }

/** How far an audit looks: at the books, or at every record of the log. */
export type Depth = 'books' | 'full'

/** One worker that is about to be killed. */
export type Victim = {
  /** `worker-1`, `worker.2 on host-1`. */
  name: string
  /** Partitions that it counts. */
  partitions: readonly number[]
  /** Kills it as a crash does, and waits until it is gone. */
  kill(): Promise<void>
}

/** Commands that a fix names, with the flags that mean this very stack. */
export type Commands = {
  audit: string
  status: string
  start: string
  moreWorkers: string
  /** What a service said. */
  logs(service: string): string
}

/** A stack that runs, wherever it does: on this machine, or on hosts. */
export type Pipeline = {
  /** As in "the local stack (simulate)". */
  name: string
  /** How many workers there should be. */
  workers: number
  /** Seconds between two files of a partition in the lake. */
  rotateS: number
  /** Where a reader opens the page; undefined where only a tunnel leads to it. */
  address: string | undefined
  commands: Commands
  /** What the page says now. @throws UserError when it doesn't answer. */
  look(): Promise<View>
  /** The page itself, asked for beside it. */
  page(): Promise<string>
  tasks(): Promise<Tasks>
  /** Holds log, database and lake against each other. @throws UserError when it can't tell. */
  audit(depth: Depth): Promise<AuditSummary>
  /** An object of the lake, through who has the right to read it. */
  readObject(key: string): Promise<Uint8Array>
  /** Whether the source has nothing more to send, as one of so many simulated events has at its end. */
  isSourceOver(): Promise<boolean>
  /** Passwords that this machine knows. */
  secrets(): Promise<Secret[]>
  /** What anybody who lists what runs is told: arguments, environments, labels. */
  told(): Promise<Told[]>
  victim(): Promise<Victim>
  /**
   * Does something to the stack that nobody else's work may meet, until it is done or Ctrl-C ends it.
   * @param work gives what is noted of it where the stack keeps notes.
   */
  alone(action: string, work: (signal: AbortSignal) => Promise<string>): Promise<void>
}
