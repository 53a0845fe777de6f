import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UserError } from '../script.ts'

/** What goes to the hosts: files and folders of the project's root. */
const shipped = ['package.json', 'package-lock.json', '.dockerignore', 'compose', 'runtime', 'dashboard']

/** What stays here: tests and what only they use, what a checkout or an editor leaves behind. */
const kept = [/^\./, /^node_modules$/, /^test$/, /\.test\.ts$/, /^(fixture|test-).*\.ts$/, /\.log$/, /~$/]

/** A file of a release. */
export type ReleaseFile = { path: string; content: Buffer }

/** What is shipped together; the same files have the same id wherever and whenever they are put together. */
export type Release = {
  /** Twelve hex digits. */
  id: string
  files: readonly ReleaseFile[]
  bytes: number
}

/**
 * Reads the release that a project holds.
 * @throws UserError for a file that is missing, and for a symbolic link: a host has no other end of it.
 */
export async function readRelease(root: string): Promise<Release> {
  const paths: string[] = []
  for (const name of shipped) paths.push(...(await filesBelow(root, name)))
  const files = await Promise.all(
    paths.map(async path => ({ path, content: await readFile(join(root, path)) })),
  )
  const bytes = files.reduce((sum, { content }) => sum + content.length, 0)
  return { id: releaseId(files), files, bytes }
}

/** The id of a release: SHA-256 over the names and contents of its files, in whatever order they are given. */
export function releaseId(files: readonly ReleaseFile[]): string {
  const hash = createHash('sha256')
  for (const { path, content } of files.toSorted(byPath)) {
    // Lengths between names and contents: a byte that moves from one to the other makes another release.
    hash.update(`${Buffer.byteLength(path)}:${path}:${content.length}:`).update(content)
  }
  return hash.digest('hex').slice(0, 12)
}

/** By bytes: a locale sorts differently on another machine. */
function byPath(a: ReleaseFile, b: ReleaseFile): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0
}

async function filesBelow(root: string, path: string): Promise<string[]> {
  const entries = await readdir(join(root, path), { withFileTypes: true }).catch(error => {
    if (error.code === 'ENOTDIR') return undefined
    throw error.code === 'ENOENT'
      ? new UserError(`${path} is missing in ${root}: a release needs ${shipped.join(', ')}`)
      : error
  })
  if (!entries) return [path]
  const below = entries
    .filter(({ name }) => !kept.some(pattern => pattern.test(name)))
    .map(entry => {
      const inner = `${path}/${entry.name}`
      if (entry.isDirectory()) return filesBelow(root, inner)
      if (entry.isFile()) return [inner]
      throw new UserError(`${inner} is neither a file nor a folder: a release holds nothing else`)
    })
  return (await Promise.all(below)).flat()
}
