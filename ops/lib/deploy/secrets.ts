import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readOrMakeSecret, readSecret } from '../cloud/secret-file.ts'
import { UserError } from '../script.ts'
import { databaseCa } from './database-ca.ts'
import { type SecretName, type Target } from './target.ts'

/** Files that services read: secrets and the database's certificates, by their names on the host. */
export type ServiceFiles = Readonly<Record<string, string>>

/** Secrets that are made here when there is none; the others are somebody else's to give. */
const ours: readonly SecretName[] = ['writer-password', 'reader-password']

/**
 * Reads what services read as files, making the passwords that are the stack's own.
 * @throws UserError for one that is missing and can't be made here.
 */
export async function readServiceFiles(target: Target): Promise<ServiceFiles> {
  const files: Record<string, string> = {}
  for (const name of ours) {
    files[name] = await readOrMakeSecret(target.secrets[name] ?? join(target.folder, name))
  }
  for (const name of ['owner-password', 'kafka-password'] as const) {
    const path = target.secrets[name]
    if (path === undefined) continue
    const secret = await readSecret(path)
    if (secret === undefined)
      throw new UserError(`${path}, which should hold the ${name.replace('-', ' ')}, is missing`)
    files[name] = secret
  }
  // The Compose file of an outside Kafka always names it.
  if (target.variables.KAFKA_BROKERS) files['kafka-password'] ??= 'not used'
  files['database-ca.pem'] = target.databaseCa
    ? await readCa(target.databaseCa, "the database's")
    : databaseCa(target.variables.AWS_REGION ?? '')
  if (target.kafkaCa) files['kafka-ca.pem'] = await readCa(target.kafkaCa, "Kafka's")
  return files
}

async function readCa(path: string, whose: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    throw new UserError(`${path}, which should hold ${whose} CA, can't be read${code}`)
  }
}

/**
 * Variables that change with a file's content, `OWNER_PASSWORD_MARK` and so on: Swarm's secrets can't be changed, so
 * other content is another secret. Twelve hex digits of SHA-256 tell nothing of 256 random bits; who can list a
 * Swarm's secrets could as well read them.
 */
export function marksOf(files: ServiceFiles): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).map(([name, content]) => [
      `${name
        .replace(/\.pem$/, '')
        .replaceAll('-', '_')
        .toUpperCase()}_MARK`,
      createHash('sha256').update(content).digest('hex').slice(0, 12),
    ]),
  )
}
