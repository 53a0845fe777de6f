import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { UserError } from '../script.ts'

const named = z.record(z.string(), z.unknown()).nullish()

const serviceSchema = z.looseObject({
  deploy: z
    .looseObject({ restart_policy: z.looseObject({ condition: z.string().optional() }).optional() })
    .optional(),
})

const composeSchema = z.looseObject({
  services: z.record(z.string(), serviceSchema).nullish(),
  secrets: named,
  configs: named,
  networks: named,
  volumes: named,
})

/** A Compose file, read: anchors resolved, variables as they stand in it. */
export type Compose = z.output<typeof composeSchema>
/** A Compose file with its name, as it stands beside others. */
export type ComposeFile = { name: string; text: string }

/** @throws UserError that names the file and, for bad YAML, the line. */
export function readCompose({ name, text }: ComposeFile): Compose {
  let value: unknown
  try {
    value = parse(text, { merge: true })
  } catch (error) {
    throw new UserError(
      `${name} is no YAML: ${error instanceof Error ? error.message.split('\n')[0] : error}`,
    )
  }
  const parsed = composeSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new UserError(`${name} is no Compose file: ${issue?.path.join('.') || 'it'}: ${issue?.message}`)
}

/** Names of the services of Compose files that are read one over the other, in their order. */
export function serviceNames(files: readonly Compose[]): string[] {
  return [...new Set(files.flatMap(({ services }) => Object.keys(services ?? {})))]
}

/** Whether a service runs once, to its end, instead of being kept running. */
export function isJob(files: readonly Compose[], service: string): boolean {
  const conditions = files.flatMap(
    ({ services }) => services?.[service]?.deploy?.restart_policy?.condition ?? [],
  )
  return conditions.at(-1) !== undefined && conditions.at(-1) !== 'any'
}

/**
 * A Compose file with some of its services alone, as text for `docker stack deploy`. Docker's command line before version
 * 25 takes no file without a version; Compose calls one obsolete, so that ours have none.
 */
export function stackFile(compose: Compose, services: readonly string[]): string {
  const kept = Object.entries(compose.services ?? {}).filter(([name]) => services.includes(name))
  const file = { version: '3.9', ...compose, services: Object.fromEntries(kept) }
  return stringify(file, { aliasDuplicateObjects: false })
}

/** Lists that a later Compose file replaces, by the Compose specification; it adds to the others. */
const replaced = [['command'], ['entrypoint'], ['healthcheck', 'test']] as const

/**
 * Compose files without what a later one of them replaces: Docker's command line before version 25 would put a service's
 * commands one behind the other.
 */
export function withoutReplaced(files: readonly Compose[]): Compose[] {
  return files.map((file, index) => {
    const copy = structuredClone(file)
    const later = files.slice(index + 1)
    for (const [name, service] of Object.entries(copy.services ?? {})) {
      for (const [group, field] of replaced) {
        if (!later.some(({ services }) => has(services?.[name], group, field))) continue
        const inner = field === undefined ? service : service[group]
        if (inner && typeof inner === 'object') Reflect.deleteProperty(inner, field ?? group)
      }
    }
    return copy
  })
}

function has(service: unknown, ...path: readonly (string | undefined)[]): boolean {
  const keys = path.filter(key => key !== undefined)
  const value = keys.reduce<unknown>((at, key) => Object(at)[key], service)
  return value !== undefined && value !== null
}

/** What Compose files say of one service, with the secrets, configs, networks and volumes that it names. */
export function definitionOf(files: readonly Compose[], service: string): unknown {
  return files.flatMap(file => {
    const own = file.services?.[service]
    return own ? [{ own, ...usedBy(file, own) }] : []
  })
}

function usedBy(file: Compose, service: z.output<typeof serviceSchema>): Record<string, unknown> {
  const kinds = ['secrets', 'configs', 'networks'] as const
  return Object.fromEntries(
    kinds.map(kind => {
      const names = new Set(namesIn(service[kind]))
      return [kind, Object.entries(file[kind] ?? {}).filter(([name]) => names.has(name))]
    }),
  )
}

/** Short and long form: `- log`, `- source: log`, `log: {}`. */
function namesIn(value: unknown): string[] {
  if (Array.isArray(value)) {
    return value.flatMap(one =>
      typeof one === 'string' ? [one] : (z.object({ source: z.string() }).safeParse(one).data?.source ?? []),
    )
  }
  return value && typeof value === 'object' ? Object.keys(value) : []
}

/**
 * Variables that a definition names: `$NAME`, `${NAME}`, `${NAME:-default}`, and a name without a value in an
 * environment, which is passed on where it is set. `$$` is a dollar sign.
 */
export function variablesIn(definition: unknown): string[] {
  const found = JSON.stringify(definition ?? null).matchAll(/\$(?:\$|\{?([A-Za-z_]\w*))/g)
  return [...new Set([...[...found].flatMap(([, name]) => name ?? []), ...passedOn(definition)])].sort()
}

const definitionSchema = z.array(z.object({ own: z.object({ environment: named }) }))

function passedOn(definition: unknown): string[] {
  const files = definitionSchema.safeParse(definition).data ?? []
  return files.flatMap(file =>
    Object.entries(file.own.environment ?? {}).flatMap(([name, value]) => (value === null ? [name] : [])),
  )
}
