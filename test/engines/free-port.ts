import getPort, { portNumbers } from 'get-port'

// From 12,000 to 31,999, below those that Linux gives by itself, each of Vitest's workers has its own.
const size = 500
const worker = Number(process.env.VITEST_POOL_ID ?? 0) % 40
const first = 12_000 + worker * size

/**
 * A port for a server that takes its time to listen, or listens on it again after a while: no server that asks for any
 * port is given it meanwhile.
 */
export function freePort(): Promise<number> {
  const from = first + Math.floor(Math.random() * (size - 100))
  return getPort({ port: portNumbers(from, first + size - 1), reserve: true })
}
