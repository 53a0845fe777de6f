/** Opens a network with a machine on it, says its number, and waits to be killed: `SYSTEM-FOLDER`. */
import { makeIdentity } from './identity.ts'
import { startMachine } from './machine.ts'
import { openNetwork } from './network.ts'

const [system = ''] = process.argv.slice(2)
const network = await openNetwork()
const identity = await makeIdentity(network.folder)
const machine = await startMachine({ name: 'host-1', network, number: 11, system, identity, diskMib: 500 })
await machine.run('setsid sleep infinity >/dev/null 2>&1 & docker network create left')
process.stdout.write(`${network.number}\n`)
