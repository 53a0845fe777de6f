/** PostgreSQL as RDS has it, as a process of its own: `FOLDER ADDRESS PORT PASSWORD-FILE`. */
import { serveEngine } from './engine-process.ts'
import { startDatabase } from './start-database.ts'

const [folder = '', address = '', port = '', passwordFile = ''] = process.argv.slice(2)

await serveEngine(() => startDatabase({ folder, address, port: Number(port), passwordFile }))
