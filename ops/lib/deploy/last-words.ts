import { visible } from '../cloud/fact-text.ts'
import { type Host } from '../host/host.ts'
import { type SwarmTask } from '../swarm/swarm.ts'
import { type ConvergenceError } from './converge.ts'

/** Lines of a failing container that are shown. */
const shownLines = 20

const logsOfTask = `timeout 10 docker service logs --raw --tail "$2" "$1" 2>&1`

/** What the last health checks said, of a container that this host has and that isn't healthy; the last may be of its end. */
const healthOf = `docker inspect --type container --format '{{with .State.Health}}{{if ne .Status "healthy"}}{{range .Log}}
{{json .Output}}{{end}}{{end}}{{end}}' "$1" 2>/dev/null | tail -n 3`

/**
 * The last lines of the container that failed and what its health check said last, wherever it ran; '' when neither can
 * be had: that must not keep a deploy from going back.
 */
export async function lastWords(
  hosts: readonly [Host, ...Host[]],
  { service, task }: ConvergenceError,
): Promise<string> {
  if (!task) return ''
  const [manager] = hosts
  const [log, health] = await Promise.all([
    said(manager, logsOfTask, [task.ID, String(shownLines)]),
    lastHealth(hosts, task),
  ])
  return [told(`${service} said last:`, log), told(`its health check said last:`, health)]
    .filter(Boolean)
    .join('\n')
}

async function lastHealth(hosts: readonly Host[], task: SwarmTask): Promise<string> {
  const id = task.Status.ContainerStatus?.ContainerID
  if (!id) return ''
  const found = await Promise.all(hosts.map(host => said(host, healthOf, [id])))
  return found.map(text => text.split('\n').map(unquoted).join('')).find(Boolean) ?? ''
}

async function said(host: Host, script: string, args: readonly string[]): Promise<string> {
  return host.run(script, args).then(
    ({ stdout }) => stdout.trim(),
    () => '',
  )
}

function unquoted(json: string): string {
  try {
    return String(JSON.parse(json))
  } catch {
    return ''
  }
}

function told(heading: string, text: string): string {
  if (!text.trim()) return ''
  const lines = text.trim().split('\n')
  return [heading, ...lines.map(line => `  ${visible(line)}`)].join('\n')
}
