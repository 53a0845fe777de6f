/** The embedded PostgreSQL as a process of its own: `--data-dir DIR --port N --user NAME --password-file FILE`. */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { runEngine } from './engine.ts'
import { startPostgres } from './postgres.ts'

const { values } = parseArgs({
  options: {
    'data-dir': { type: 'string' },
    port: { type: 'string' },
    user: { type: 'string' },
    'password-file': { type: 'string' },
  },
})
const { 'data-dir': dataDir = '', port = '', user = '', 'password-file': passwordFile = '' } = values

// As a user of one's own, initdb's short-lived password file is nobody else's to read. (As root, PostgreSQL's own
// user must read it.)
if (process.getuid?.() !== 0) process.umask(0o077)

await runEngine(async () => {
  const server = await startPostgres({
    dataDir,
    port: Number(port),
    user,
    password: readFileSync(passwordFile, 'utf8').trim(),
    log: line => process.stdout.write(`${line}\n`),
    onExit: lastLines => {
      process.stderr.write(`PostgreSQL ended by itself: ${lastLines.trim().split('\n').at(-1)}\n`)
      process.exit(1)
    },
  })
  return { state: () => ({ ready: true, detail: { port: server.port } }), stop: server.stop }
}, ['LocalPostgresError'])
