/** The local source as a process of its own; `--help` says how. */
import { pino } from 'pino'
import { runEngine } from '../engine.ts'
import { help, sourceFlags } from './flags.ts'
import { startReplay } from './replay.ts'
import { startSimulator } from './simulator.ts'

/** Errors that another start won't mend. */
const hopeless = ['UserError', 'StateFileError', 'SourceFileError']

async function start() {
  const flags = sourceFlags(process.argv.slice(2))
  if (flags.mode === 'help') {
    process.stdout.write(help)
    process.exit(0)
  }
  const { mode, logLevel, ...options } = flags
  const log = pino({ level: logLevel, base: { service: 'source' } })
  const source =
    'file' in options ? await startReplay({ ...options, log }) : await startSimulator({ ...options, log })
  log.info({ mode, url: source.url }, 'listening')
  // Without a listener, a message to a supervisor that has just gone is an uncaught error; 'disconnect' follows it.
  process.on('error', () => {})
  process.send?.({ type: 'listening', url: source.url })
  return { state: () => ({ ready: true, detail: { url: source.url } }), stop: source.stop }
}

await runEngine(start, hopeless)
