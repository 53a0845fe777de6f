import { type HostAddress } from '../host/host.ts'

/** Names of the secrets that services read as files, in `/run/secrets/`. */
export const secretNames = ['owner-password', 'writer-password', 'reader-password', 'kafka-password'] as const
export type SecretName = (typeof secretNames)[number]

/** Where a release is to run, and with what: the same for a stack on AWS and for hosts given by address. */
export type Target = {
  /** Name of the stack, in Swarm too. */
  stack: string
  /** The first manages the Swarm, keeps the log and shows the dashboard. */
  hosts: readonly [HostAddress, ...HostAddress[]]
  /** File with the pinned keys of the hosts, known_hosts format. */
  pinnedKeys: string
  /** Folder of what only this machine has of this stack: keys, passwords, sockets. */
  folder: string
  /** Variables of the Compose files (see `compose/docker-compose.prod.yml`), without those of a release. */
  variables: Readonly<Record<string, string>>
  /** Files on this machine that hold the secrets; one that is missing is made. */
  secrets: Readonly<Partial<Record<SecretName, string>>>
  /** PEM file with the certificates that sign the database's; left out, Amazon RDS's own. */
  databaseCa?: string
  /** PEM file with the CA of an outside Kafka's certificates, read by `compose/docker-compose.kafka-ca.yml`. */
  kafkaCa?: string
  /** Compose files on this machine that change or add to the release's own, in order. */
  overrides: readonly string[]
  /** `NAME=value` for the Dockerfile's ARGs, such as a mirror of the package registry. */
  buildArgs?: readonly string[]
  /** USD an hour of what runs; unknown for hosts given by address. */
  costPerHour?: number
}
