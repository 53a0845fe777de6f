/** What an EC2 instance type or an RDS instance class is made of. */
export type Machine = {
  vcpus: number
  /** GiB. */
  memoryGb: number
  architecture: 'x86_64' | 'arm64'
  /** Share of each vCPU that it may use all the time, 0 to 1; 1 where nothing is rationed. */
  baseline: number
  /** What more than that costs: vCPU-hours, where it is allowed to; nothing, where it is slowed instead. */
  beyond: 'credits' | 'slowed' | 'none'
}

/**
 * Sizes of T3, T3a and T4g: vCPUs, GiB, and the baseline of each vCPU. Source: EC2 user guide, "Key concepts for
 * burstable performance instances"; RDS has the same in its classes of these names.
 */
const burstableSizes = {
  nano: { vcpus: 2, memoryGb: 0.5, baseline: 0.05 },
  micro: { vcpus: 2, memoryGb: 1, baseline: 0.1 },
  small: { vcpus: 2, memoryGb: 2, baseline: 0.2 },
  medium: { vcpus: 2, memoryGb: 4, baseline: 0.2 },
  large: { vcpus: 2, memoryGb: 8, baseline: 0.3 },
  xlarge: { vcpus: 4, memoryGb: 16, baseline: 0.4 },
  '2xlarge': { vcpus: 8, memoryGb: 32, baseline: 0.4 },
} as const

/** EC2 types. Flex types have 40 % all the time, and more for 95 % of it (EC2 user guide, "Flex instances"). */
const hosts: Readonly<Record<string, Machine>> = {
  ...burstable('t3', 'x86_64'),
  ...burstable('t3a', 'x86_64'),
  ...burstable('t4g', 'arm64'),
  'c7i-flex.large': { vcpus: 2, memoryGb: 4, architecture: 'x86_64', baseline: 0.4, beyond: 'slowed' },
  'm7g.xlarge': steady('arm64', 4, 16),
  'c7g.4xlarge': steady('arm64', 16, 32),
  'm7i-flex.large': { vcpus: 2, memoryGb: 8, architecture: 'x86_64', baseline: 0.4, beyond: 'slowed' },
}

/** RDS classes. Source: RDS user guide, "DB instance class types". */
const databases: Readonly<Record<string, Machine>> = {
  ...burstable('db.t3', 'x86_64'),
  ...burstable('db.t4g', 'arm64'),
  'db.m7g.large': steady('arm64', 2, 8),
  'db.m7g.xlarge': steady('arm64', 4, 16),
  'db.m7g.2xlarge': steady('arm64', 8, 32),
  'db.m7g.4xlarge': steady('arm64', 16, 64),
}

/** Types of hosts that are known, in the order of their sizes. */
export const hostTypes: readonly string[] = Object.keys(hosts)

/** Classes of databases that are known, in the order of their sizes. */
export const databaseClasses: readonly string[] = Object.keys(databases)

/** An EC2 type; undefined for one that isn't known: none is guessed. */
export function hostMachine(type: string): Machine | undefined {
  return Object.hasOwn(hosts, type) ? hosts[type] : undefined
}

/** An RDS class; undefined for one that isn't known. */
export function databaseMachine(instanceClass: string): Machine | undefined {
  return Object.hasOwn(databases, instanceClass) ? databases[instanceClass] : undefined
}

/** vCPUs that a machine may use all the time. */
export function steadyVcpus({ vcpus, baseline }: Machine): number {
  return vcpus * baseline
}

function burstable(family: string, architecture: Machine['architecture']): Record<string, Machine> {
  return Object.fromEntries(
    Object.entries(burstableSizes).map(([size, machine]) => [
      `${family}.${size}`,
      { ...machine, architecture, beyond: 'credits' },
    ]),
  )
}

function steady(architecture: Machine['architecture'], vcpus: number, memoryGb: number): Machine {
  return { vcpus, memoryGb, architecture, baseline: 1, beyond: 'none' }
}
