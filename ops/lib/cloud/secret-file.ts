import { randomBytes } from 'node:crypto'
import { chmod, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { makePrivateFolder } from '../private-folder.ts'
import { UserError } from '../script.ts'
import { markProcess } from './process-mark.ts'

/**
 * A new password: 256 random bits as 43 letters, digits, `-` and `_`. RDS refuses `/`, `"`, `@` and spaces, and
 * takes up to 128 characters for PostgreSQL (API reference, CreateDBInstance, MasterUserPassword).
 */
export function newPassword(): string {
  return randomBytes(32).toString('base64url')
}

/** Writes a secret whole or not at all: one line, for this user alone (0600, in a folder 0700). */
export async function writeSecret(path: string, secret: string): Promise<void> {
  const folder = dirname(path)
  makePrivateFolder(folder)
  // A folder that was there before keeps its mode otherwise.
  await chmod(folder, 0o700)
  const aside = `${path}.${process.pid}.part`
  const file = await open(aside, 'w', 0o600)
  try {
    // The umask only takes bits away, but a part left by a killed run keeps its own mode.
    await file.chmod(0o600)
    await file.writeFile(`${secret}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await moveSecret(aside, path)
  await removeLeftParts(path)
}

/** What runs that were killed in the midst of writing this secret have left: a password nobody knows of. */
async function removeLeftParts(path: string): Promise<void> {
  const folder = dirname(path)
  for (const name of await readdir(folder)) {
    const [, stem, pid] = /^(.*)\.(\d+)\.part$/.exec(name) ?? []
    if (stem === basename(path) && markProcess(Number(pid)) === undefined)
      await rm(join(folder, name), { force: true })
  }
}

/** Puts one secret in another's place; once this returns, a crash of the machine doesn't undo it. */
export async function moveSecret(from: string, to: string): Promise<void> {
  await rename(from, to)
  const folder = await open(dirname(to), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/**
 * The secret in a file; undefined when there is no such file.
 * @throws UserError for an empty file, or one of several lines.
 */
export async function readSecret(path: string): Promise<string | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  const secret = text.replace(/\r?\n$/, '')
  if (secret === '' || /[\r\n]/.test(secret)) {
    throw new UserError(`${path} should hold one password on one line: put it back, or move the file away`)
  }
  return secret
}

/** The secret in a file; made and written first when there is none, so that a killed run finds it again. */
export async function readOrMakeSecret(path: string): Promise<string> {
  const known = await readSecret(path)
  if (known !== undefined) return known
  const secret = newPassword()
  await writeSecret(path, secret)
  return secret
}
