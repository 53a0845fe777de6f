import { isIPv4 } from 'node:net'
import { UserError } from '../script.ts'

/** Amazon's own service that tells a caller's IPv4 address as AWS sees it. */
const addressService = 'https://checkip.amazonaws.com'

/** How long it may take to answer, in ms. */
const timeoutMs = 4_000

/**
 * The network of whoever runs this, as AWS sees it: `203.0.113.7/32`.
 * @throws UserError that says why it couldn't be found out.
 */
export async function findOperatorNetwork(url: string = addressService): Promise<string> {
  let said: string
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: 'error' })
    said = (await response.text()).trim()
    if (!response.ok) throw new UserError(`${url} answers ${response.status}`)
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError(`${url} can't be reached (${reasonOf(error)})`)
  }
  if (isIPv4(said)) return `${said}/32`
  throw new UserError(
    `${url} answers something else than an IPv4 address: a proxy or a login page is between`,
  )
}

/** An address or a network as a network: `203.0.113.7` is `203.0.113.7/32`. */
export function asNetwork(given: string): string {
  return isIPv4(given) ? `${given}/32` : given
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `no answer in ${timeoutMs / 1_000} s`
  const cause = error.cause
  if (!(cause instanceof Error)) return error.message
  return 'code' in cause ? String(cause.code) : cause.message
}
