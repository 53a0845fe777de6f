import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a folder that this user alone can enter, unless it is there. Those above it that are missing are made as usual:
 * others have their own below them, such as PostgreSQL's user when `npm start` is run by root.
 * @throws the file system's error.
 */
export function makePrivateFolder(path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  mkdirSync(path, { recursive: true, mode: 0o700 })
}
