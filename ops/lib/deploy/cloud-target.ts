import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { hoursAMonth, pricedLines, totalOf } from '../../../cost/model.ts'
import { type OpenStack } from '../cloud/open.ts'
import { outputsOf } from '../cloud/outputs.ts'
import { type Found, type Part } from '../cloud/part.ts'
import { type HostAddress } from '../host/host.ts'
import { UserError } from '../script.ts'
import { type Target } from './target.ts'
import { variablesOf } from './variables.ts'

/** User of Amazon Linux, who may use Docker there (see `user-data.ts`). */
const user = 'ec2-user'
const sshPort = 22
/** The dashboard's: who reaches it is the security group's to say, with `tunnel` nobody. */
const dashboardPort = 80

/** What of an opened stack a target is made from. */
export type StandingStack = Pick<OpenStack, 'stack' | 'parts'> & {
  context: Pick<OpenStack['context'], 'files' | 'id'>
}

/**
 * A stack on AWS as a place to deploy to.
 * @param things what is there, by the part's id.
 * @throws UserError when it isn't there, isn't whole, or doesn't run; each with the command that mends it.
 */
export function cloudTarget(open: StandingStack, things: ReadonlyMap<string, Found>): Target {
  const { stack, context } = open
  const { files } = context
  const wanted = open.parts.filter(part => part.wanted)
  assertWhole(open, wanted, things)
  assertRunning(open, wanted, things)
  const { bucket, ...outputs } = outputsOf(things)
  const ownCa = join(files.folder, 'database-ca.pem')
  const { kafka, contact, workers, lakeRotateS, generation } = stack.pipeline
  return {
    stack: stack.name,
    hosts: hostsOf(open, wanted, outputs),
    pinnedKeys: join(files.folder, 'known_hosts'),
    folder: files.folder,
    variables: variablesOf({
      ...{ workers, contact, kafka, dashboardPort },
      database: databaseOf(open, outputs.endpoint, things),
      lake: { url: lakeUrl(bucket, generation), rotateS: lakeRotateS, region: stack.region },
    }),
    secrets: {
      'owner-password': files.masterPassword,
      'writer-password': join(files.folder, 'writer-password'),
      'reader-password': join(files.folder, 'reader-password'),
      ...(kafka?.sasl && { 'kafka-password': join(files.folder, 'kafka-password') }),
    },
    ...(existsSync(ownCa) && { databaseCa: ownCa }),
    ...(kafka?.tls === 'own-ca' && { kafkaCa: join(files.folder, 'kafka-ca.pem') }),
    overrides: [],
    costPerHour: costPerHour(wanted, stack.region),
  }
}

/** Parts that a deploy works with; the others are needed by these, or by nobody on the hosts. */
function isUsed({ id }: Part): boolean {
  return ['bucket', 'database', 'address'].includes(id) || isHost(id)
}

function isHost(id: string): boolean {
  return /^host-\d+$/.test(id)
}

function assertWhole(open: StandingStack, wanted: readonly Part[], things: ReadonlyMap<string, Found>): void {
  const { name, region } = open.stack
  const used = wanted.filter(isUsed)
  const missing = used.filter(({ id }) => !things.get(id)?.ours)
  if (missing.length === 0) return
  if (missing.length === used.length) {
    throw new UserError(
      `there is no stack ${name} in ${region} of account ${open.context.id.account}: make it with npx zx ops/provision.ts`,
    )
  }
  const what = missing.map(part => {
    const isForeign = things.has(part.id)
    return `${part.title} ${part.name}${isForeign ? " (there, but without this stack's tags)" : ''}`
  })
  throw new UserError(
    `the stack ${name} in ${region} isn't whole, it lacks ${what.join(', ')}: npx zx ops/provision.ts finishes it`,
  )
}

function assertRunning(
  open: StandingStack,
  wanted: readonly Part[],
  things: ReadonlyMap<string, Found>,
): void {
  const { name, region } = open.stack
  const states = wanted.flatMap(part => {
    const state = things.get(part.id)?.facts.state
    return state === undefined || state === 'running' ? [] : [{ what: part.name, state: String(state) }]
  })
  if (states.length === 0) return
  const said = states.map(({ what, state }) => `${what} is ${state}`).join(', ')
  const isPaused = states.every(({ state }) => /^stopp(ed|ing)$/.test(state))
  throw new UserError(
    isPaused
      ? `the stack ${name} in ${region} is paused (${said}): npx zx ops/resume.ts starts it`
      : `the stack ${name} in ${region} doesn't run yet (${said}): npx zx ops/provision.ts waits for it, and finishes what is half made`,
  )
}

type Outputs = Omit<ReturnType<typeof outputsOf>, 'bucket'>

/**
 * Hosts of a stack that the description has no more, and that run: they can be worked on before they are removed.
 * @param things what is there, by the part's id.
 */
export function leavingHosts(open: StandingStack, things: ReadonlyMap<string, Found>): HostAddress[] {
  const outputs = outputsOf(things)
  const leaving = open.parts.filter(({ id, wanted }) => {
    const found = things.get(id)
    return isHost(id) && !wanted && found?.ours && found.facts.state === 'running'
  })
  return outputs.hosts
    .filter(({ name, publicAddress, privateAddress }) => {
      return publicAddress && privateAddress && leaving.some(({ id }) => id === name)
    })
    .map(host => addressOf(open, host, outputs))
}

function hostsOf(
  open: StandingStack,
  wanted: readonly Part[],
  outputs: Outputs,
): readonly [HostAddress, ...HostAddress[]] {
  const ids = new Set(wanted.map(({ id }) => id))
  const hosts = outputs.hosts
    .filter(({ name }) => ids.has(name) && isHost(name))
    .map(host => addressOf(open, host, outputs))
  const [first, ...others] = hosts.toSorted((a, b) => numberOf(a) - numberOf(b))
  if (first?.name !== 'host-1') throw halfMade(open, 'it has no first host')
  return [first, ...others]
}

function addressOf(
  open: StandingStack,
  { name, id, privateAddress, publicAddress }: Outputs['hosts'][number],
  outputs: Pick<Outputs, 'address'>,
): HostAddress {
  const address = name === 'host-1' ? outputs.address : publicAddress
  if (!address || !privateAddress) throw halfMade(open, `${name} (${id}) has no address`)
  return {
    ...{ name, user, address, privateAddress },
    port: sshPort,
    identity: open.context.files.sshKey,
    // Keys belong to the instance: its address is given on to the one made in its place.
    keyName: id,
  }
}

function numberOf({ name }: HostAddress): number {
  return Number(name.slice('host-'.length))
}

function databaseOf(open: StandingStack, endpoint: string | undefined, things: ReadonlyMap<string, Found>) {
  const facts = things.get('database')?.facts ?? {}
  const { 'master user': owner, database: name } = facts
  if (!endpoint || typeof owner !== 'string' || typeof name !== 'string') {
    throw halfMade(open, 'its database has no address')
  }
  const colon = endpoint.lastIndexOf(':')
  const { generation } = open.stack.pipeline
  return {
    host: endpoint.slice(0, colon),
    port: Number(endpoint.slice(colon + 1)),
    name: generation === 1 ? name : `${name}_${generation}`,
    owner,
  }
}

/** A later generation's folder is inside the only one that the hosts' role may write. */
function lakeUrl(bucket: string | undefined, generation: number): string {
  return generation === 1 ? `s3://${bucket}` : `s3://${bucket}/raw/generation-${generation}`
}

function halfMade({ stack: { name, region } }: StandingStack, why: string): UserError {
  return new UserError(
    `the stack ${name} in ${region} is half made, ${why} yet: npx zx ops/provision.ts waits for it, and finishes what is missing`,
  )
}

/** USD an hour of all that bills, its months spread over their hours. */
function costPerHour(parts: readonly Part[], region: string): number {
  const usage = parts.flatMap(part => part.usage)
  return totalOf(pricedLines(usage, region)).usd / hoursAMonth
}
