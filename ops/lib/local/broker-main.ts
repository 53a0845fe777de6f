/** The embedded broker as a process of its own: `--data-dir DIR --port N`. */
import { parseArgs } from 'node:util'
import { startBroker } from './broker/broker.ts'
import { runEngine } from './engine.ts'

const { values } = parseArgs({ options: { 'data-dir': { type: 'string' }, port: { type: 'string' } } })
const { 'data-dir': dataDir = '', port = '' } = values

await runEngine(async () => {
  const broker = await startBroker({ dataDir, port: Number(port) })
  return { state: () => broker.state(), stop: () => broker.stop() }
}, ['BrokerError'])
