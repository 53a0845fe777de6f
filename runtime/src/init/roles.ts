import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import { type Client } from 'pg'
import { roles } from '../contract.ts'

/** PostgreSQL's default number of SCRAM rounds (scram_iterations). */
const iterations = 4096

/**
 * The SCRAM-SHA-256 verifier of a password, as PostgreSQL stores it (RFC 5803). Sent in the password's place, so
 * that the password itself never stands in a statement that the server may log.
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(16)): string {
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, iterations, 32, 'sha256')
  const clientKey = createHmac('sha256', salted).update('Client Key').digest()
  const storedKey = createHash('sha256').update(clientKey).digest('base64')
  const serverKey = createHmac('sha256', salted).update('Server Key').digest('base64')
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`
}

/**
 * Makes the roles of workers and dashboard where they are missing, and sets their passwords.
 * @throws the database's error, such as a missing CREATEROLE.
 */
export async function ensureRoles(
  client: Client,
  passwords: { writer: string; reader: string },
): Promise<void> {
  for (const role of ['writer', 'reader'] as const) {
    const name = client.escapeIdentifier(roles[role])
    const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [roles[role]])
    const verb = rowCount ? 'ALTER' : 'CREATE'
    const verifier = client.escapeLiteral(scramVerifier(passwords[role]))
    await client.query(`${verb} ROLE ${name} LOGIN PASSWORD ${verifier}`)
  }
}
