import { visible } from '../cloud/fact-text.ts'
import { notAsAsked } from '../compose/replicas.ts'
import { type PipelineView } from '../deploy/gates.ts'
import { type NodeStatus, type ServiceStatus, type Status } from './status.ts'

/** The status as lines of one screen. @param now ms since 1970, for ages. */
export function renderStatus(status: Status, now = Date.now()): string {
  const { stack, release, services, nodes, pipeline, costPerDay } = status
  const heading = [
    stack,
    release ? `release ${release}` : 'nothing deployed yet',
    ...(costPerDay === undefined ? [] : [`$${costPerDay.toFixed(2)} a day`]),
  ].join(' · ')
  return [
    heading,
    '',
    ...columns([
      ['service', 'tasks', 'on', 'does'],
      ...services.map(service => serviceRow(service, release, pipeline)),
    ]),
    '',
    ...columns([['node', 'state', 'memory', 'disk', 'load'], ...nodes.map(nodeRow)]),
    '',
    pipelineLine(pipeline, now),
  ]
    .map(line => visible(line).trimEnd())
    .join('\n')
}

function serviceRow(
  service: ServiceStatus,
  release: string | undefined,
  pipeline: PipelineView | string,
): string[] {
  const where = Object.entries(service.nodes).map(([node, count]) => (count > 1 ? `${node} ×${count}` : node))
  const notes = [
    service.inSwarm === service.wanted ? '' : putRight(service),
    doingOf(service.name, pipeline),
    service.release !== release && service.release ? `release ${service.release}` : '',
    service.trouble ? `last failure: ${service.trouble}` : '',
  ]
  return [
    service.name,
    `${service.running}/${service.wanted}`,
    where.join(', ') || '-',
    notes.filter(Boolean).join('; '),
  ]
}

/** Who has the stack's lock may have stopped it on purpose: a backup, or an upgrade. */
function putRight({ inSwarm, wanted }: ServiceStatus): string {
  return `${notAsAsked(inSwarm, wanted)}: unless somebody is at work on the stack, npx zx ops/deploy.ts puts it right`
}

/** What the dashboard calls a service of the Compose file. */
const dashboardNames: Record<string, string> = { batch: 'lake' }

function doingOf(service: string, pipeline: PipelineView | string): string {
  if (typeof pipeline === 'string') return ''
  const name = dashboardNames[service] ?? service
  const asked = (pipeline.services ?? []).filter(one => one.name === name || one.name.startsWith(`${name} `))
  if (asked.length === 0) return ''
  const behind = asked.filter(({ state }) => state !== 'ready')
  const partitions = asked.reduce((sum, one) => sum + (one.partitions?.length ?? 0), 0)
  const lag = asked.reduce((sum, one) => sum + (one.lag ?? 0), 0)
  const ready = behind.length === 0 ? 'ready' : behind.map(({ reason, state }) => reason ?? state).join('; ')
  return partitions > 0 ? `${ready}, ${partitions} partitions, lag ${lag.toLocaleString('en')}` : ready
}

function nodeRow({ name, state, figures }: NodeStatus): string[] {
  if (typeof figures === 'string') return [name, state, figures]
  const { memory, disk, load, cpus } = figures
  return [
    name,
    state,
    shareOf(memory.total - memory.available, memory.total),
    shareOf(disk.total - disk.free, disk.total),
    `${load.toFixed(1)} on ${cpus} CPUs`,
  ]
}

/** `3.0 of 4.0 GiB, 75 %`. */
function shareOf(used: number, total: number): string {
  const percent = total > 0 ? `, ${Math.round((used / total) * 100)} %` : ''
  return `${gib(used)} of ${gib(total)} GiB${percent}`
}

function pipelineLine(pipeline: PipelineView | string, now: number): string {
  if (typeof pipeline === 'string') return pipeline
  const { total, perSecond, newestEventAt } = pipeline.counted
  const rate = perSecond === null ? '' : `, ${perSecond.toFixed(1)} a second`
  const newest =
    newestEventAt === null ? '' : `; the newest event is ${age(now - Date.parse(newestEventAt))} old`
  return `${total.toLocaleString('en')} records counted${rate}${newest}. The page says: ${pipeline.state}.`
}

/** Rows with their columns aligned; the last is as long as it is. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, column) =>
    Math.max(...rows.map(row => (row.length - 1 > column ? (row[column]?.length ?? 0) : 0))),
  )
  return rows.map(row => row.map((cell, column) => cell.padEnd((widths?.[column] ?? 0) + 2)).join(''))
}

function gib(bytes: number): string {
  return (bytes / 1024 ** 3).toFixed(1)
}

function age(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000))
  if (seconds < 120) return `${seconds} s`
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`
}
