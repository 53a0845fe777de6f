import { randomBytes } from 'node:crypto'
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makePrivateFolder } from '../private-folder.ts'

/** Passwords made once for a stack of containers on this machine, by the file's name. */
const passwords = ['owner-password', 'writer-password', 'reader-password', 'minio-password'] as const

/**
 * Makes what is missing of the files that the containers read, in a folder that this user alone can enter. The files
 * themselves are readable by all: Compose shows them to each container as they are, whose users have other numbers.
 * @returns the folder.
 * @throws the file system's error.
 */
export function makeDockerSecrets(stateRoot: string): string {
  const folder = join(stateRoot, 'docker', 'secrets')
  makePrivateFolder(folder)
  chmodSync(folder, 0o700)
  for (const name of passwords) makeFile(join(folder, name), () => randomBytes(24).toString('base64url'))
  makeFile(join(folder, 'minio-user'), () => 'wikiflow')
  const [user, password] = ['minio-user', 'minio-password'].map(name =>
    readFileSync(join(folder, name), 'utf8'),
  )
  makeFile(
    join(folder, 'lake-credentials'),
    () => `[default]\naws_access_key_id = ${user}\naws_secret_access_key = ${password}\n`,
  )
  // Named by docker-compose.prod.yml; the local database is reached without TLS.
  makeFile(join(folder, 'database-ca.pem'), () => '')
  return folder
}

/** An empty file is what a killed run left, or says nothing: it is written again. */
function makeFile(path: string, content: () => string): void {
  if (!statSync(path, { throwIfNoEntry: false })?.size) writeFileSync(path, content())
  chmodSync(path, 0o644)
}
