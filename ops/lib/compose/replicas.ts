import { type Compose } from './compose.ts'

/** `${NAME:-default}`, `${NAME-default}`, `${NAME}` and `$NAME`: what a number of tasks is written with. */
const variable = /\$\{(\w+)(?:(:?)-([^}]*))?\}|\$(\w+)/g

/**
 * How many tasks of a service Compose files ask for, read one over the other with these variables; undefined where they
 * don't say it as a number, or name no such service.
 */
export function replicasIn(
  files: readonly Compose[],
  service: string,
  variables: Readonly<Record<string, string>>,
): number | undefined {
  if (files.every(({ services }) => !services?.[service])) return undefined
  const said = files.flatMap(({ services }) => services?.[service]?.deploy?.replicas ?? [])
  const [first = 1, ...later] = said.map(value => numberIn(String(value), variables))
  // `docker stack deploy` takes a 0 in a later file for nothing said.
  const number = later.findLast(one => one !== 0) ?? first
  return Number.isInteger(number) ? number : undefined
}

/** Not a number where there is none, as Compose would say. */
function numberIn(text: string, variables: Readonly<Record<string, string>>): number {
  const filled = text.replace(variable, (_, braced, colon, otherwise = '', plain) => {
    const value = variables[braced ?? plain]
    return colon ? value || otherwise : (value ?? otherwise)
  })
  return filled.trim() === '' ? Number.NaN : Number(filled)
}

/** What is said of a service of which there should be another number of tasks than the Swarm was asked for. */
export function notAsAsked(inSwarm: number, asked: number): string {
  return inSwarm === 0 ? 'stands still' : `${inSwarm} of ${asked} wanted`
}
