/** A line that a container of a service wrote. */
export type LogLine = {
  /** RFC 3339 by the clock of its host, to the nanosecond. */
  time: string
  service: string
  /** Number of the container among the service's. */
  replica: number
  /** The node on which it ran. */
  node: string
  text: string
}

/** `2026-11-20T08:00:00.123456789Z wikiflow_worker.2@host-1    | text`, as `docker service logs` writes a line. */
const pattern = /^(\S+) (\S+)\.(\d+)@(\S+)\s*\| ?(.*)$/s

/**
 * Reads a line of `docker service logs --timestamps --no-task-ids`; undefined for what Docker itself has to say.
 * @param stack whose prefix is taken off the service's name.
 */
export function parseLogLine(raw: string, stack: string): LogLine | undefined {
  const [, time, name, replica, node, text] = pattern.exec(raw) ?? []
  if (time === undefined || !/^\d{4}-\d\d-\d\dT/.test(time)) return undefined
  if (name === undefined || node === undefined || text === undefined) return undefined
  const service = name.startsWith(`${stack}_`) ? name.slice(stack.length + 1) : name
  return { time, service, replica: Number(replica), node, text }
}

/** Order in time. Times of one zone are compared as text; one without its last zeros as if it had them. */
export function byTime(a: LogLine, b: LogLine): number {
  const [left, right] = [sortKey(a), sortKey(b)]
  return left < right ? -1 : left > right ? 1 : 0
}

function sortKey({ time }: LogLine): string {
  const [, seconds = '', fraction = ''] = /^([^.Z]*)(?:\.(\d*))?Z$/.exec(time) ?? [time, time]
  return `${seconds}.${fraction.padEnd(9, '0')}`
}
