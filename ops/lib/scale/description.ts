import { realpathSync } from 'node:fs'
import { readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { readTargetFile } from '../deploy/file-target.ts'
import { type TargetChoice } from '../deploy/open-target.ts'
import { UserError } from '../script.ts'
import { configName, loadStack, projectRoot } from '../stack/load.ts'
import { setNumber } from '../stack/set-number.ts'

/** How large a stack is meant to be. */
type Size = { workers: number; nodes: number }

/** A file that says how large a stack is meant to be, and can be made to say something else. */
export type Description = {
  /** As people call it. */
  file: string
  says: Size
  /** How many hosts there are to use; undefined where more can be made. */
  mostNodes: number | undefined
  /** The name of a field in the file. */
  fieldOf(what: keyof Size): string
  /** @throws UserError when the file can't be made to say so; it is left as it is. */
  check(size: Partial<Size>): Promise<void>
  /** Writes another size, and nothing else. @throws UserError as `check`. */
  save(size: Partial<Size>): Promise<void>
}

/** The description of the stack, or of the target, that is meant. @throws UserError for one that is wrong. */
export async function describedSize(choice: TargetChoice): Promise<Description> {
  if (choice.target !== undefined) {
    const { workers, nodes, hosts } = readTargetFile(choice.target)
    return description(choice.target, 'json', {
      says: { workers, nodes: nodes ?? hosts.length },
      mostNodes: hosts.length,
      paths: { workers: ['workers'], nodes: ['nodes'] },
    })
  }
  const path = choice.config ?? join(projectRoot(), configName)
  const { pipeline, host } = await loadStack(path)
  return description(path, 'module', {
    says: { workers: pipeline.workers, nodes: host.count },
    mostNodes: undefined,
    paths: { workers: ['pipeline', 'workers'], nodes: ['host', 'count'] },
  })
}

function description(
  path: string,
  format: 'module' | 'json',
  what: Pick<Description, 'says' | 'mostNodes'> & { paths: Record<keyof Size, readonly string[]> },
): Description {
  const below = relative(process.cwd(), path)
  const file = below.startsWith('..') ? path : below
  const changed = async ({ workers, nodes }: Partial<Size>) => {
    const text = await readFile(path, 'utf8')
    let source = text
    for (const [name, number] of Object.entries({ workers, nodes })) {
      const isNew = number !== undefined && number !== what.says[name as keyof Size]
      if (isNew) source = setNumber({ file, source, format }, what.paths[name as keyof Size], number)
    }
    return { source, isNew: source !== text }
  }
  return {
    file,
    says: what.says,
    mostNodes: what.mostNodes,
    fieldOf: name => what.paths[name].join('.'),
    check: async size => {
      await changed(size)
    },
    save: async size => {
      const { source, isNew } = await changed(size)
      if (isNew) await replaceText(path, source)
    },
  }
}

/** Writes a file anew, whole or not at all, with the mode that it has. */
async function replaceText(path: string, text: string): Promise<void> {
  const file = realpathSync(path)
  const aside = `${file}.${process.pid}.part`
  try {
    await writeFile(aside, text, { mode: (await stat(file)).mode })
    await rename(aside, file)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    throw new UserError(`${path} can't be written${code}`)
  }
}
