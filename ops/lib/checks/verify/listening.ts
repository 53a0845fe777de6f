/** A TCP port on which something listens, where others than the machine itself reach it. */
export type Listening = { port: number; address: string }

/** The state of a socket that listens, in hex (include/net/tcp_states.h, TCP_LISTEN). */
const listen = '0A'

/** Sockets that listen beyond the loopback, in the text of `/proc/net/tcp` and `/proc/net/tcp6`, each port once. */
export function listeningIn(text: string): Listening[] {
  const found = new Map<number, Listening>()
  for (const line of text.split('\n')) {
    const [, address, port, state] =
      /^\s*\d+:\s([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})\s\S+\s([0-9A-F]{2})\s/.exec(line) ?? []
    if (!address || !port || state !== listen || isLoopback(address)) continue
    const number = Number.parseInt(port, 16)
    found.set(number, { port: number, address: /^0+$/.test(address) ? 'every address' : 'an address' })
  }
  return [...found.values()].sort((a, b) => a.port - b.port)
}

/** 127.0.0.0/8 and ::1, also as `::ffff:127.0.0.1`: words of 32 bits in the machine's order, which is little-endian. */
function isLoopback(hex: string): boolean {
  if (hex.length === 8) return hex.endsWith('7F')
  return /^0{24}01000000$/.test(hex) || /^0{16}FFFF0000.{6}7F$/.test(hex)
}
