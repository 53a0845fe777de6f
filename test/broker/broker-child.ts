/** The embedded broker as a process that a test may kill: `broker-child.ts DIR PORT`. Tells its parent when it is up. */
import { startBroker } from '../../ops/lib/local/broker/broker.ts'

const [, , dataDir = '', port = ''] = process.argv
const broker = await startBroker({ dataDir, port: Number(port) })
process.on('disconnect', () => process.exit(1))
process.send?.({ port: broker.port })
