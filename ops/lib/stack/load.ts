import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { UserError } from '../script.ts'
import { type Stack } from './schema.ts'
import { showValue } from './show-value.ts'
import { validateStack } from './validate.ts'

/** The file that describes a stack, in the project's root. */
export const configName = 'wikiflow.config.ts'

/** A description is some kilobytes; what is larger than this is another file, in bytes. */
const mostBytes = 1024 * 1024

/** The project that a command is run in; run from elsewhere, the project that the command belongs to. */
export function projectRoot(cwd: string = process.cwd()): string {
  if (existsSync(join(cwd, 'ops/lib/stack/schema.ts'))) return cwd
  return fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '')
}

/**
 * Reads the stack's description.
 * @param path left out, `wikiflow.config.ts` of the project.
 * @throws UserError that says which line is wrong, what stands there and what is allowed.
 */
export async function loadStack(path: string = join(projectRoot(), configName)): Promise<Stack> {
  const file = relative(process.cwd(), path)
  const source = await readSource(path, file)
  const module = await importConfig(path, file)
  if (!('stack' in module)) {
    const instead =
      'default' in module ? 'it has a default export instead' : 'it exports nothing of that name'
    throw new UserError(`${file} must \`export const stack = defineStack({ … })\`: ${instead}`)
  }
  try {
    return validateStack(module.stack, file, source)
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError(`${file} describes a stack that can't be read: ${said(error)}`)
  }
}

async function readSource(path: string, file: string): Promise<string> {
  try {
    const { size } = await stat(path)
    if (size > mostBytes) {
      throw new UserError(
        `${file} has ${size} bytes; allowed: ${mostBytes}. Is it the right file? \`npx zx ops/init.ts --print\` shows what one looks like`,
      )
    }
    return await readFile(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT') throw new UserError(`no ${file}: make one with \`npx zx ops/init.ts\``)
    if (code === 'EISDIR') throw new UserError(`${file} is a folder, not a stack's description`)
    if (code === 'EACCES') throw new UserError(`${file} can't be read by this user: check its mode and owner`)
    throw error
  }
}

async function importConfig(path: string, file: string): Promise<Record<string, unknown>> {
  try {
    return await import(pathToFileURL(resolve(path)).href)
  } catch (error) {
    const line = lineOfError(error, path)
    const where = line === undefined ? file : `${file}:${line}`
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (error instanceof SyntaxError) throw new UserError(`${where}  syntax error: ${said(error)}`)
    if (/MODULE_NOT_FOUND|IMPORT|UNKNOWN_FILE_EXTENSION|PACKAGE/.test(code)) {
      throw new UserError(
        `${where}  imports what can't be loaded: ${said(error)}. A description needs one import, defineStack of './ops/lib/stack/schema.ts'; secrets have no place in it`,
      )
    }
    throw new UserError(`${where}  throws when it is read: ${said(error)}`)
  }
}

/** The line of the file in an error's stack: `file:///…/wikiflow.config.ts:3:7` or, for bad syntax, `/…:3`. */
function lineOfError(error: unknown, path: string): number | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  for (const name of [pathToFileURL(resolve(path)).href, resolve(path)]) {
    const at = stack.indexOf(`${name}:`)
    const line = at < 0 ? undefined : /^\d+/.exec(stack.slice(at + name.length + 1))?.[0]
    if (line) return Number(line)
  }
  return undefined
}

/** An error's message in one line. */
function said(error: unknown): string {
  if (!(error instanceof Error)) return showValue(error)
  return error.message.replaceAll(/\s+/g, ' ').slice(0, 300)
}
