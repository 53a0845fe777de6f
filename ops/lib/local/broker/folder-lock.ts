import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { BrokerError } from './broker-error.ts'

/**
 * Locks a data folder for this process; gives the function that lets go. The lock is SQLite's on an empty database:
 * Node has no file locks of its own, and this one the system takes back when the process is killed.
 * @throws BrokerError when another broker has the folder.
 */
export function lockFolder(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true })
  const lock = new DatabaseSync(join(dataDir, 'lock'))
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    if (!(error instanceof Error) || !error.message.includes('locked')) throw error
    throw new BrokerError(`another broker runs on ${dataDir}: stop it first, or choose another folder`)
  }
  return () => lock.close()
}
