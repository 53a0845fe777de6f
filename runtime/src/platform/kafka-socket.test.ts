import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { openBrokerSocket } from './kafka-socket.ts'

/** What a client of a broker that does this is told. */
async function toldBy(onConnection: (socket: Socket) => void, options: { tls: boolean }): Promise<string> {
  const server = createServer(onConnection).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const socket = openBrokerSocket({
    host: '127.0.0.1',
    port,
    ssl: options.tls ? {} : undefined,
    onConnect: () => socket.write('\0\0\0\x12'),
  })
  const [error] = (await once(socket, 'error').catch(reason => [reason])) as [Error]
  return error.message.replace(`127.0.0.1:${port}`, 'HERE')
}

const hangUp = (socket: Socket) => void socket.once('data', () => socket.end())
/** Fatal, protocol_version. */
const alert = (socket: Socket) =>
  void socket.once('data', () => socket.end(Buffer.from('15030100020246', 'hex')))
const answerPlainly = (socket: Socket) =>
  void socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n'))

test.each<[string, (socket: Socket) => void, boolean, RegExp]>([
  [
    'TLS meets a broker that hangs up',
    hangUp,
    true,
    /^broker HERE: it doesn't speak TLS on this port, and KAFKA_TLS is on/,
  ],
  [
    'TLS meets a server of another kind',
    answerPlainly,
    true,
    /^broker HERE: it doesn't speak TLS on this port/,
  ],
  ['a plain client meets TLS', alert, false, /^broker HERE speaks TLS on this port, and KAFKA_TLS is off$/],
  [
    'a plain client is hung up on at once',
    hangUp,
    false,
    /^broker HERE hung up at the first request: does it speak TLS/,
  ],
])('when %s, the setting to look at is named', async (_, broker, tls, sentence) => {
  expect(await toldBy(broker, { tls })).toMatch(sentence)
})

test('a broker that answers and hangs up later is left to its client', async () => {
  const server = createServer(socket => void socket.once('data', () => socket.end('\0\0\0\x04abcd')))
  server.listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const socket = openBrokerSocket({ host: '127.0.0.1', port, onConnect: () => socket.write('x') })
  const errors: Error[] = []
  socket.on('error', error => errors.push(error)).resume()
  await once(socket, 'close')
  expect(errors).toEqual([])
})
