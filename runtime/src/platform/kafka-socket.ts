import { connect, isIP, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'

/** A broker's address, and how it is spoken to. */
type BrokerAddress = { host: string; port: number; ssl?: ConnectionOptions | undefined }

/** How often a quiet connection is asked for a sign of life, in ms: kafkajs's own choice. */
const keepAliveMs = 60_000

/** TLS's content type of an alert, with which a server answers what isn't TLS (RFC 8446, section 5.1). */
const tlsAlert = 0x15

/**
 * A connection to a broker, for kafkajs. What goes wrong with TLS is said in a sentence that names the setting: kafkajs
 * takes an error's message into its own, and so it reaches the log, `/readyz` and the audit.
 */
export function openBrokerSocket({
  host,
  port,
  ssl,
  onConnect,
}: BrokerAddress & { onConnect: () => void }): Socket {
  const socket = ssl
    ? connectTls({ ...ssl, host, port, ...(isIP(host) ? {} : { servername: host }) }, onConnect)
    : connect({ host, port }, onConnect)
  socket.setKeepAlive(true, keepAliveMs)
  // The first listeners: kafkajs's own then see the sentence.
  if (ssl) {
    socket.on('error', (error: NodeJS.ErrnoException) => {
      error.message = `broker ${host}:${port}: ${inWords(error, socket.bytesRead)}`
    })
  } else refuseTls(socket, `${host}:${port}`)
  return socket
}

/** A server that speaks TLS answers a plain request with an alert, or by hanging up. */
function refuseTls(socket: Socket, broker: string): void {
  socket.once('data', (first: Buffer) => {
    if (first[0] === tlsAlert && first[1] === 3) {
      socket.destroy(new Error(`broker ${broker} speaks TLS on this port, and KAFKA_TLS is off`))
    }
  })
  socket.once('end', () => {
    if (socket.bytesRead > 0 || socket.bytesWritten === 0) return
    const asked = 'hung up at the first request: does it speak TLS on this port? KAFKA_TLS is off'
    socket.destroy(new Error(`broker ${broker} ${asked}`))
  })
}

/** What OpenSSL's and Node's codes mean here (Node's documentation, "X509 certificate error codes"). */
function inWords({ code = '', message }: NodeJS.ErrnoException, bytesRead: number): string {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const names = /altnames?: (.*)$/.exec(message)?.[1] ?? message
    return `its certificate is for another name than KAFKA_BROKERS has (${names})`
  }
  if (/^(CERT_HAS_EXPIRED|CERT_NOT_YET_VALID)$/.test(code))
    return `its certificate isn't valid now (${message})`
  if (/^(UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|CERT_)/.test(code)) {
    return `its certificate isn't signed by a CA that KAFKA_TLS names (${message})`
  }
  // It answered with something else, or hung up before a byte of its own.
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_') || (code === 'ECONNRESET' && bytesRead === 0)) {
    return `it doesn't speak TLS on this port, and KAFKA_TLS is on (${message.trim()})`
  }
  return message
}
