import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '../../..')

/** What an operator's commands need of the project; the packages are shared. */
const parts = [
  'RUNBOOK.md',
  'package.json',
  'package-lock.json',
  '.dockerignore',
  'compose',
  'cost',
  'dashboard',
  'ops',
  'runtime',
]

/** A copy of this project as an operator has it: changed, it is another release. */
export type Project = {
  folder: string
  /** Writes a file anew, from what stands in it. @returns what puts it back. */
  edit(path: string, change: (text: string) => string): Promise<() => Promise<void>>
  /** Makes a change to the code that changes nothing of what it does. */
  touch(mark: string): Promise<void>
}

/** Copies this project into a folder that isn't there yet. */
export async function copyProject(folder: string): Promise<Project> {
  await mkdir(folder)
  const filter = (path: string) => !path.includes('/node_modules')
  for (const part of parts) await cp(join(root, part), join(folder, part), { recursive: true, filter })
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  const edit: Project['edit'] = async (path, change) => {
    const file = join(folder, path)
    const before = await readFile(file, 'utf8').catch(() => '')
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, change(before))
    return () => writeFile(file, before)
  }
  return {
    folder,
    edit,
    touch: async mark => void (await edit('runtime/src/contract.ts', text => `${text}// ${mark}\n`)),
  }
}
