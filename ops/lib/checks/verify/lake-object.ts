import { parseLakeKey } from '../../../../runtime/src/contract.ts'
import { visible } from '../../cloud/fact-text.ts'
import { findContainer } from '../../containers/find-container.ts'
import { type Connection } from '../../deploy/connect.ts'
import { gather } from '../../host/gather.ts'
import { UserError } from '../../script.ts'

/** How long an object of some MB may take on its way, in ms. */
const fetchMs = 180_000

/** For Node.js in the lake's container, whose credentials may read the bucket. */
const program = `import { openObjectStore } from './runtime/src/platform/object-store.ts'
const store = await openObjectStore(process.env.LAKE_URL)
process.stdout.write(await store.read(process.argv[1]))`

const inContainer = 'exec docker exec "$1" node --input-type=module --eval "$2" "$3"'

/** An object of a deployed stack's lake. @throws UserError with what the store said. */
export async function readLakeObject(connection: Connection, key: string): Promise<Uint8Array> {
  if (!parseLakeKey(key)) throw new UserError(`${JSON.stringify(key)} is no name of the lake's objects`)
  const { id, host } = await findContainer(connection, 'batch')
  const object = gather()
  const options = { stdout: object.sink, timeoutMs: fetchMs }
  const { code, stderr } = await host.run(inContainer, [id, program, key], options)
  if (code === 0) return object.bytes()
  // Node ends with its own version; the error stands where it says so.
  const why = stderr.split('\n').find(line => /^\w*Error\b/.test(line)) ?? stderr.trim().split('\n')[0] ?? ''
  throw new UserError(`the lake's service can't read ${key}: ${visible(why)}`)
}
