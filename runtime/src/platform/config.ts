import { readFileSync } from 'node:fs'
import { type Setting, type SettingName, settings } from './settings.ts'

/** The values of the named settings, typed by their schemas. */
export type Config<N extends SettingName> = {
  [K in N]: (typeof settings)[K] extends Setting<infer T> ? T : never
}

/** What is wrong with the environment: one sentence a variable, each with its value and what is allowed. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

/**
 * Reads the named settings from the environment, once, at start. An empty variable counts as unset.
 * @throws ConfigError that names every missing or malformed variable.
 */
export function readConfig<N extends SettingName>(
  names: readonly N[],
  env: NodeJS.ProcessEnv = process.env,
): Config<N> {
  const problems: string[] = []
  const values: Partial<Record<SettingName, unknown>> = {}
  for (const name of names) {
    const setting: Setting<unknown> = settings[name]
    const given = env[name] || setting.default
    if (given === undefined) {
      if (!setting.optional) problems.push(`${name} is not set: ${setting.description}; ${setting.allowed}`)
      continue
    }
    const parsed = setting.schema.safeParse(given)
    if (parsed.success) values[name] = parsed.data
    else problems.push(`${name} is ${JSON.stringify(given)}; allowed: ${setting.allowed}`)
  }
  if (problems.length > 0) throw new ConfigError(problems.join('\n'))
  return values as Config<N>
}

/**
 * Reads a secret from its file, without the line's end.
 * @throws ConfigError that names the setting and the file, never the content.
 */
export function readSecret(setting: SettingName, path: string): string {
  try {
    const secret = readFileSync(path, 'utf8').replace(/\r?\n$/, '')
    if (secret) return secret
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    throw new ConfigError(`${setting} names ${path}, which can't be read (${code})`)
  }
  throw new ConfigError(`${setting} names ${path}, which is empty`)
}
