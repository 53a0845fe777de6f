import { type Machine } from '../machines/machine.ts'

/** Runs a script in a machine as root. @returns what it printed. @throws Error with what it said, when it fails. */
export async function inside(
  machine: Machine,
  script: string,
  args: readonly string[] = [],
): Promise<string> {
  const { code, stdout, stderr } = await machine.run(script, args, { timeoutMs: 120_000 })
  if (code !== 0) throw new Error(`${script} failed in ${machine.name} (${code}): ${stderr || stdout}`)
  return stdout.trim()
}

const ofService = 'docker ps --quiet --no-trunc --filter "label=com.docker.swarm.service.name=$1"'

/** Ids of the containers of a service that run on a machine. */
export async function containersOf(machine: Machine, stack: string, service: string): Promise<string[]> {
  return (await inside(machine, ofService, [`${stack}_${service}`])).split('\n').filter(Boolean)
}

/** The first of them. @throws Error when there is none. */
export async function containerOf(machine: Machine, stack: string, service: string): Promise<string> {
  const [first] = await containersOf(machine, stack, service)
  if (first === undefined) throw new Error(`no container of ${service} runs on ${machine.name}`)
  return first
}

const everything = `docker ps --no-trunc --format '{{.Label "com.docker.swarm.service.name"}} {{.ID}}' | sort`

/** Names and ids of all containers that run on a machine, a line each: another line means that one was replaced. */
export function containersOn(machine: Machine): Promise<string> {
  return inside(machine, everything)
}

const labels = `docker service ls --quiet --filter "label=com.docker.stack.namespace=$1" \\
  | xargs -r docker service inspect --format '{{.Spec.Name}} {{index .Spec.Labels "wikiflow.release"}} {{.Spec.Mode.Replicated.Replicas}}' | sort`

/** The services of a stack with the release that each was deployed with, and how many containers are wanted. */
export async function servicesOn(
  machine: Machine,
  stack: string,
): Promise<{ service: string; release: string; wanted: number }[]> {
  return (await inside(machine, labels, [stack]))
    .split('\n')
    .filter(Boolean)
    .map(line => {
      const [name = '', release = '', wanted = ''] = line.split(' ')
      return { service: name.slice(stack.length + 1), release, wanted: Number(wanted) }
    })
}
