import { type Machine, steadyVcpus } from './machines.ts'

/** vCPUs that a part of the pipeline uses: so many at rest, and so many for each event a second. */
type Load = { base: number; perEvent: number }

/**
 * CPU time of the processes with 3 workers on the simulated stream: at 37.4 events/s the median of ten-second windows
 * over three minutes, at 1,500 the mean of 47 seconds, on a shared 2.5 GHz Xeon with two vCPUs, T3's kind. The broker
 * is the embedded one, which stands here for Redpanda, and varied most: its share is an upper bound, no measurement.
 */
const loads = {
  ingest: { base: 0.068, perEvent: 0.00011 },
  workers: { base: 0.146, perEvent: 0.00016 },
  lake: { base: 0.055, perEvent: 0.00014 },
  dashboard: { base: 0.006, perEvent: 0 },
  broker: { base: 0.077, perEvent: 0.0001 },
  database: { base: 0.027, perEvent: 0.0001 },
} as const satisfies Record<string, Load>

/** A part whose load is known. */
export type LoadedPart = keyof typeof loads

/** Parts that run on the hosts. */
export const hostParts = ['ingest', 'workers', 'lake', 'dashboard', 'broker'] as const

/** vCPUs that parts of the pipeline use at so many events a second. */
export function vcpusOf(parts: readonly LoadedPart[], eventsPerSecond: number): number {
  return parts.reduce((sum, part) => sum + loads[part].base + loads[part].perEvent * eventsPerSecond, 0)
}

/** Brokers of a stack: one, or three as soon as there are as many hosts. */
export function brokersOf(hosts: number): number {
  return hosts >= 3 ? 3 : 1
}

/** vCPUs that all hosts together use; each of three brokers writes every event. */
export function hostsVcpus(hosts: number, eventsPerSecond: number): number {
  const others = vcpusOf(['broker'], eventsPerSecond) * (brokersOf(hosts) - 1)
  return vcpusOf(hostParts, eventsPerSecond) + others
}

/** Events a second that parts of the pipeline do on so many vCPUs. */
export function eventsUntil(parts: readonly LoadedPart[], vcpus: number): number {
  const base = vcpusOf(parts, 0)
  return Math.max(0, vcpus - base) / (vcpusOf(parts, 1) - base)
}

/**
 * vCPU-hours that machines use over what is theirs by the hour.
 * @param usedVcpus of all of them together.
 * @param hours in which they run.
 */
export function surplusVcpuHours(machine: Machine, count: number, usedVcpus: number, hours: number): number {
  if (machine.beyond !== 'credits') return 0
  const used = Math.min(usedVcpus, machine.vcpus * count)
  return Math.max(0, used - steadyVcpus(machine) * count) * hours
}
