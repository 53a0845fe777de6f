import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { UserError } from '../script.ts'
import { commandOf, isAlive } from './alive.ts'

/** Version of the layout below; raised when an older release could no longer read it. */
const layout = 1

/** The folders and files of one source's data. */
export type StateDir = {
  path: string
  broker: string
  postgres: string
  lake: string
  logs: string
  sourceState: string
  passwordFiles: { owner: string; writer: string; reader: string }
}

/**
 * Opens the folder that holds one source's data, or makes it: what is simulated never mixes with what is real.
 * @throws UserError for a folder that can't be written, a full disk, or a newer release's folder.
 */
export function openStateDir(root: string, source: string): StateDir {
  const path = join(root, source)
  const state: StateDir = {
    path,
    broker: join(path, 'broker'),
    postgres: join(path, 'postgres'),
    lake: join(path, 'lake'),
    logs: join(path, 'logs'),
    sourceState: join(path, 'source.json'),
    passwordFiles: {
      owner: join(path, 'secrets', 'owner'),
      writer: join(path, 'secrets', 'writer'),
      reader: join(path, 'secrets', 'reader'),
    },
  }
  try {
    makeFolder(state.logs)
    makeFolder(state.lake)
    makeFolder(dirname(state.passwordFiles.owner), 0o700)
    assertLayout(join(path, 'layout'))
    // A full disk lets an empty file be made, not a filled one.
    const probe = join(path, 'probe')
    writeFileSync(probe, Buffer.alloc(64 * 1024))
    rmSync(probe)
    for (const file of Object.values(state.passwordFiles)) {
      if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 })
    }
  } catch (error) {
    throw explain(error, path)
  }
  return state
}

/** Node's own recursive mkdir says ENOENT where the file system says that it is read-only. */
function makeFolder(path: string, mode = 0o755): void {
  if (existsSync(path) && statSync(path).isDirectory()) return
  if (dirname(path) !== path) makeFolder(dirname(path))
  mkdirSync(path, { mode })
}

function assertLayout(file: string): void {
  if (!existsSync(file)) writeFileSync(file, `${layout}\n`)
  const found = Number(readFileSync(file, 'utf8'))
  if (found === layout) return
  throw new UserError(
    `${file} says version ${found}, this release reads version ${layout}: run the release that made it, or clear it with \`npm start -- --reset\``,
  )
}

const reasons: Record<string, string> = {
  EROFS: 'it lies on a read-only file system: clone to a folder you can write to, or set --state DIR',
  EACCES: 'this user may not write there: change its owner, or set --state DIR',
  EPERM: 'this user may not write there: change its owner, or set --state DIR',
  ENOSPC: 'the disk is full: free some space, or set --state DIR to another disk',
  EDQUOT: 'your disk quota is used up: free some space, or set --state DIR to another disk',
  ENOTDIR: 'a part of it is a file: move that away, or set --state DIR',
  EEXIST: 'a part of it is a file: move that away, or set --state DIR',
}

function explain(error: unknown, path: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const reason = reasons[code]
  return reason ? new UserError(`can't write to ${path} (${code}): ${reason}`) : error
}

/**
 * Takes the lock of the state's root for this process, or says who holds it. A lock whose holder is gone is free.
 * @returns what gives it back.
 */
export function lockState(root: string): () => void {
  const file = join(root, 'lock')
  const holder = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
  if (holder && holder !== process.pid && isAlive(holder) && commandOf(holder).includes('start.ts')) {
    throw new UserError(
      `${root} is in use by another \`npm start\` (process ${holder}): stop that one, or set --state DIR`,
    )
  }
  try {
    makeFolder(root)
    writeFileSync(file, `${process.pid}\n`)
  } catch (error) {
    throw explain(error, root)
  }
  return () => rmSync(file, { force: true })
}
