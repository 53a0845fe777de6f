import { randomUUID } from 'node:crypto'
import { link, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type ObjectStore } from './object-store.ts'
import { StoreError } from './object-store-error.ts'

/** Files under way stand here, on the same file system but out of the way of readers. */
const unfinished = '.unfinished'

/** A file under way is left over from a killed process when nobody has written to it for this long, in ms. */
const leftoverMs = 3_600_000

/**
 * A folder as an object store. An object appears whole, under its name, and stays on the disk through a power cut:
 * it is written elsewhere, synced, and linked, which fails where the name is taken. It keeps no metadata.
 */
export async function openFolderStore(url: URL): Promise<ObjectStore> {
  const root = fileURLToPath(url)
  const pathOf = (key: string) => {
    if (key.split('/').some(part => part === '' || part === '.' || part === '..')) {
      throw new Error(`${JSON.stringify(key)} is no object key: its parts may not be empty, "." or ".."`)
    }
    return join(root, ...key.split('/'))
  }
  await removeLeftovers(join(root, unfinished))

  return {
    url: pathToFileURL(root).href,
    putNew: (key, body) =>
      explained(`write ${key}`, root, async () => {
        const path = pathOf(key)
        await makeFolder(join(root, unfinished))
        await makeFolder(dirname(path))
        const draft = join(root, unfinished, randomUUID())
        try {
          await writeSynced(draft, body)
          const outcome = await linkNew(draft, path)
          // Also when it was there: whoever made it may have died before this.
          await syncFolder(dirname(path))
          return outcome
        } finally {
          await rm(draft, { force: true }).catch(() => {})
        }
      }),
    head: key =>
      explained(`look at ${key}`, root, async () => {
        const info = await stat(pathOf(key)).catch(unlessMissing)
        return info?.isFile() ? { bytes: info.size, metadata: {} } : undefined
      }),
    list: prefix => listFiles(root, prefix),
    read: key => explained(`read ${key}`, root, () => readFile(pathOf(key))),
    close: () => {},
  }
}

async function* listFiles(root: string, prefix: string): AsyncIterable<{ key: string; bytes: number }> {
  const entries = await explained('list objects', root, async () =>
    readdir(root, { recursive: true, withFileTypes: true }).catch(unlessMissing),
  )
  const keys = (entries ?? [])
    .filter(entry => entry.isFile())
    .map(entry => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter(key => key.startsWith(prefix) && !key.startsWith(`${unfinished}/`))
  for (const key of keys.sort()) {
    const info = await explained('list objects', root, () => stat(join(root, key)).catch(unlessMissing))
    if (info) yield { key, bytes: info.size }
  }
}

async function writeSynced(path: string, body: Buffer): Promise<void> {
  const file = await open(path, 'wx')
  try {
    await file.writeFile(body)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function linkNew(from: string, to: string): Promise<'created' | 'exists'> {
  try {
    await link(from, to)
    return 'created'
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return 'exists'
    throw error
  }
}

/** Makes a folder and those above it, and syncs each one's entry in its parent. */
async function makeFolder(path: string): Promise<void> {
  const firstMade = await mkdir(path, { recursive: true })
  if (firstMade === undefined) return
  for (let made = path; made.length >= firstMade.length; made = dirname(made)) await syncFolder(dirname(made))
}

async function syncFolder(path: string): Promise<void> {
  // Windows can't open a folder; its file system journals the entry itself.
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Another uploader may be at work in the same folder: only what is old is left over. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name)
    const info = await stat(path).catch(() => undefined)
    if (info?.isFile() && Date.now() - info.mtimeMs > leftoverMs)
      await rm(path, { force: true }).catch(() => {})
  }
}

const causes: Record<string, string> = {
  ENOSPC: 'the disk is full; free some space, it is tried again',
  EDQUOT: 'the disk quota is used up; free some space, it is tried again',
  EROFS: 'the file system is read-only; remount it for writing',
  EACCES: 'this user may not; give it the right to write there',
  EPERM: 'this user may not, or the file system has no hard links; use another folder',
  ENOTSUP: 'the file system has no hard links; use another folder',
  ENOENT: 'it is not there',
  ENOTDIR: 'something in its path is a file',
  EEXIST: 'something in its path is a file',
  EISDIR: 'it is a folder',
}

async function explained<T>(what: string, root: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    const code = codeOf(error)
    if (code === undefined) throw error
    throw new StoreError(`can't ${what} in ${root}: ${causes[code] ?? code}`, { cause: error })
  }
}

function unlessMissing(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
