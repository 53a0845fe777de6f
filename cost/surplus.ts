import { type Assumptions } from './assumptions.ts'
import { hostsVcpus, surplusVcpuHours, vcpusOf } from './load.ts'
import { databaseMachine, hostMachine, steadyVcpus } from './machines.ts'
import { type Usage } from './model.ts'

/** CPU that hosts use over their baseline: billed in `unlimited` mode alone; otherwise they are slowed. */
export function hostSurplusUsage(
  { type, count }: { type: string; count: number },
  assumptions: Assumptions,
  hours: number,
): Usage[] {
  const machine = hostMachine(type)
  if (machine?.beyond !== 'credits') return []
  const { hostCpu, cpuCredits, eventsPerSecond } = assumptions
  const used = hostCpu === undefined ? hostsVcpus(count, eventsPerSecond) : hostCpu * machine.vcpus * count
  const steady = steadyVcpus(machine) * count
  const needs = `${used.toFixed(2)} vCPU ${hostCpu === undefined ? `for ${eventsPerSecond} events/s` : 'in use'}, ${steady.toFixed(2)} all the time`
  const billed = cpuCredits === 'unlimited' ? surplusVcpuHours(machine, count, used, hours) : 0
  const standard =
    used > steady ? 'slowed to that, for credits are standard' : 'standard credits bill nothing'
  return [
    {
      item: type.startsWith('t4g.') ? 'ec2:surplus-cpu-t4g' : 'ec2:surplus-cpu',
      name: 'CPU surplus, EC2',
      what: `${cpuCredits}, ${billed.toFixed(0)} vCPU-h`,
      quantity: billed,
      because: cpuCredits === 'unlimited' ? needs : `${needs}: ${standard}`,
    },
  ]
}

/** CPU that the database uses over its baseline: RDS has no other mode than `unlimited`. */
export function databaseSurplusUsage(
  instanceClass: string,
  { databaseCpu, eventsPerSecond }: Assumptions,
  hours: number,
): Usage[] {
  const machine = databaseMachine(instanceClass)
  if (machine?.beyond !== 'credits') return []
  const used =
    databaseCpu === undefined ? vcpusOf(['database'], eventsPerSecond) : databaseCpu * machine.vcpus
  const billed = surplusVcpuHours(machine, 1, used, hours)
  return [
    {
      item: instanceClass.startsWith('db.t4g.') ? 'rds:surplus-cpu' : 'rds:surplus-cpu-t3',
      name: 'CPU surplus, RDS',
      what: `unlimited, ${billed.toFixed(0)} vCPU-h`,
      quantity: billed,
      because: `${used.toFixed(2)} vCPU in use, ${steadyVcpus(machine).toFixed(2)} all the time: RDS bills what is over it`,
    },
  ]
}
