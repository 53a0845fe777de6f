import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, chown, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'
import { startPostgres } from '../../../ops/lib/local/postgres.ts'
import { type Certificates, makeCertificates } from './certificates.ts'

/** The role that the pipeline owns its database by: RDS's master user is no superuser either. */
export const databaseOwner = 'wikiflow_owner'
const superuser = 'rdsadmin'

/** Starts PostgreSQL on an address, where it takes nothing but TLS and passwords. */
export async function startDatabase(options: {
  folder: string
  address: string
  port: number
  /** File with the owner's password. */
  passwordFile: string
}): Promise<{ detail: { ca: string; owner: string }; stop(): Promise<void> }> {
  const { folder, address, port, passwordFile } = options
  await mkdir(folder, { recursive: true, mode: 0o711 })
  const data = join(folder, 'data')
  const isNew = !existsSync(data)
  const password = await secretIn(join(folder, 'superuser'))
  const server = await startPostgres({
    dataDir: data,
    port,
    user: superuser,
    password,
    settings: [`listen_addresses=127.0.0.1,${address}`, 'fsync=off', 'synchronous_commit=off'],
  })
  const ca = join(folder, 'ca.pem')
  try {
    if (isNew) {
      const certificates = await makeCertificates(folder, address)
      await readableBy((await stat(data)).uid, certificates)
      await setUp(
        { host: '127.0.0.1', port, user: superuser, password, database: 'postgres' },
        certificates,
        {
          password: (await readFile(passwordFile, 'utf8')).trim(),
          accessFile: join(data, 'pg_hba.conf'),
        },
      )
    }
  } catch (error) {
    await server.stop()
    throw error
  }
  return { detail: { ca, owner: databaseOwner }, stop: server.stop }
}

async function setUp(
  connection: { host: string; port: number; user: string; password: string; database: string },
  { certificate, key }: Certificates,
  owner: { password: string; accessFile: string },
): Promise<void> {
  const client = new Client(connection)
  await client.connect()
  try {
    const as = client.escapeLiteral(owner.password)
    await client.query(`CREATE ROLE ${databaseOwner} LOGIN CREATEDB CREATEROLE PASSWORD ${as}`)
    await client.query(`ALTER SYSTEM SET ssl_cert_file = ${client.escapeLiteral(certificate)}`)
    await client.query(`ALTER SYSTEM SET ssl_key_file = ${client.escapeLiteral(key)}`)
    await client.query('ALTER SYSTEM SET ssl = on')
    await writeFile(
      owner.accessFile,
      `host all ${superuser} 127.0.0.1/32 scram-sha-256\nhostssl all all 0.0.0.0/0 scram-sha-256\n`,
    )
    await client.query('SELECT pg_reload_conf()')
  } finally {
    await client.end()
  }
}

/** PostgreSQL, which doesn't run as root, takes a key that is its own user's alone. */
async function readableBy(uid: number, { certificate, key }: Certificates): Promise<void> {
  for (const file of [certificate, key]) {
    await chown(file, uid, uid)
    await chmod(file, 0o600)
  }
}

async function secretIn(file: string): Promise<string> {
  if (existsSync(file)) return readFile(file, 'utf8')
  const secret = randomBytes(16).toString('hex')
  await writeFile(file, secret, { mode: 0o600 })
  return secret
}
