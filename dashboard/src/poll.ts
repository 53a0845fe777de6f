import { setTimeout as sleep } from 'node:timers/promises'

/** Somebody who is told of each load. */
export type Watcher<T> = { value(value: T): void; error(error: unknown): void }

/** A value that is loaded again and again while somebody watches. */
export type Poll<T> = {
  /** Tells of each load from now on, until the returned function is called. */
  watch(watcher: Watcher<T>): () => void
  /** The newest value, loaded now when the last one is older than the interval. @throws the load's error. */
  current(): Promise<T>
  watchers(): number
}

/**
 * Loads a value every `intervalMs` for all watchers together, one load at a time, and not at all when nobody
 * watches. Somebody who joins in between gets the newest value at once.
 */
export function createPoll<T>(load: () => Promise<T>, intervalMs: number): Poll<T> {
  const watchers = new Set<Watcher<T>>()
  let last: { value: T; atMs: number } | undefined
  let loading: Promise<T> | undefined
  let running = false

  const reload = (): Promise<T> => {
    loading ??= load()
      .then(value => {
        last = { value, atMs: performance.now() }
        return value
      })
      .finally(() => {
        loading = undefined
      })
    return loading
  }
  const run = async () => {
    running = true
    while (watchers.size > 0) {
      const startedMs = performance.now()
      const tell = await reload().then(
        value => (watcher: Watcher<T>) => watcher.value(value),
        error => (watcher: Watcher<T>) => watcher.error(error),
      )
      for (const watcher of watchers) tell(watcher)
      await sleep(Math.max(0, startedMs + intervalMs - performance.now()), undefined, { ref: false })
    }
    running = false
  }

  return {
    watchers: () => watchers.size,
    current: () =>
      last && performance.now() - last.atMs < intervalMs ? Promise.resolve(last.value) : reload(),
    watch(watcher) {
      watchers.add(watcher)
      if (!running) void run()
      else if (last && !loading) watcher.value(last.value)
      return () => watchers.delete(watcher)
    },
  }
}
