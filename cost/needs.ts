import { type Assumptions } from './assumptions.ts'
import { brokersOf, hostsVcpus } from './load.ts'
import { hostMachine, steadyVcpus } from './machines.ts'
import { type BilledStack } from './plan-bill.ts'

/** GiB of a Redpanda broker: 1,500 MB of its own and some 300 around them. */
const brokerGb = 1.8
/** GiB of ingest, three workers, lake and dashboard: resident memory measured at 400 events/s. */
const servicesGb = 1.2
/** GiB of the system with Docker on each host: Amazon Linux 2023's own use, rounded up. */
const systemGb = 0.4
/**
 * GB of disk on each host: 12 partitions of 1 GiB of log (`TOPIC_RETENTION_BYTES`), 5 GiB that Redpanda keeps free
 * (`storage_min_free_bytes`), and 6 for system and images.
 */
const diskGb = 23

/** Why a stack doesn't hold the pipeline, in sentences; empty when it does. */
export function whyNotFit({ host }: Pick<BilledStack, 'host'>, assumptions: Assumptions): string[] {
  const machine = hostMachine(host.type)
  if (!machine) return [`what ${host.type} holds isn't known here`]
  const { count } = host
  const memory = machine.memoryGb * count
  const memoryNeeded = count * systemGb + brokersOf(count) * brokerGb + servicesGb
  const cpu = steadyVcpus(machine) * count
  const cpuNeeded = hostsVcpus(count, assumptions.eventsPerSecond)
  const mayExceed = machine.beyond === 'credits' && assumptions.cpuCredits === 'unlimited'
  const most = machine.vcpus * count
  return [
    ...(machine.memoryGb < brokerGb + systemGb || memory < memoryNeeded
      ? [`the pipeline needs ${memoryNeeded.toFixed(1)} GB of memory, and there are ${memory}`]
      : []),
    ...(cpuNeeded > (mayExceed ? most : cpu)
      ? [
          `${assumptions.eventsPerSecond} events/s need ${cpuNeeded.toFixed(2)} vCPU, and there ${mayExceed ? 'are' : 'is a steady'} ${(mayExceed ? most : cpu).toFixed(2)}`,
        ]
      : []),
    ...(host.diskGb < diskGb ? [`each host needs ${diskGb} GB of disk, and has ${host.diskGb}`] : []),
  ]
}
