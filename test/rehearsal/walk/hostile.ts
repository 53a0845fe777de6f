import { readFile } from 'node:fs/promises'
import { Client } from 'pg'
import { type Site } from '../site/site.ts'

/** What each shell, YAML and Compose would take for something else; run by any of them, it makes a file. */
export function hostileText(file: string): string {
  return `it's "q" $(touch ${file}) \`touch ${file}\` \${HOME} $HOME $$ #\\é`
}

/** Makes a role like the site's owner of databases, with a name and a password of one's own. */
export async function makeOwner({ database }: Site, name: string, password: string): Promise<void> {
  const { host, port, owner, passwordFile, ca } = database
  const client = new Client({
    ...{ host, port, user: owner, database: 'postgres' },
    password: (await readFile(passwordFile, 'utf8')).trim(),
    ssl: { ca: await readFile(ca, 'utf8') },
  })
  await client.connect()
  try {
    const [role, secret] = [client.escapeIdentifier(name), client.escapeLiteral(password)]
    await client.query(`CREATE ROLE ${role} LOGIN CREATEDB CREATEROLE PASSWORD ${secret}`)
  } finally {
    await client.end()
  }
}
